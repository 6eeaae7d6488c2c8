import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const THEMES = ['light', 'dark', 'highContrast'] as const;
export type Theme = (typeof THEMES)[number];

/**
 * In every picture, so that they are alike on all machines: Debian installs it with Chromium. It is
 * wider than Teams' own fonts, so what fits in it fits in Teams.
 */
export const FONT = 'DejaVu Sans';

/** How Teams draws cards in one of its themes. */
export interface Look {
  /** For the renderer. */
  readonly hostConfig: HostConfig;
  /** The parts that the renderer leaves to the host: buttons, inputs, the frame. */
  readonly css: string;
  /** Colour of the chat around the cards. */
  readonly background: string;
}

interface ContainerStyle {
  readonly backgroundColor: string;
  readonly borderColor: string;
  readonly foregroundColors: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface HostConfig {
  readonly containerStyles: Readonly<Record<string, ContainerStyle>>;
  readonly fontTypes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly separator: Readonly<Record<string, unknown>>;
}

const COLOURS: Readonly<Record<Theme, Readonly<Record<string, string>>>> = {
  light: {
    chat: '#f6f6f6',
    frame: '#f1f0ef',
    link: '#6264a7',
    'button-height': '32px',
    'button-background': 'white',
    'button-text': '#6264a7',
    'button-border': '#bfc0da',
    'input-background': '#f3f2f1',
    'input-border': '#f3f2f1',
    'input-text': 'black',
  },
  dark: {
    chat: '#201e1f',
    frame: '#393738',
    link: '#a6a7dc',
    'button-height': '34px',
    'button-background': 'transparent',
    'button-text': 'white',
    'button-border': '#6165a4',
    'input-background': '#201e1f',
    'input-border': '#201e1f',
    'input-text': '#eeeeee',
  },
  highContrast: {
    chat: 'black',
    frame: 'white',
    link: '#ffff00',
    'button-height': '32px',
    'button-background': 'black',
    'button-text': 'white',
    'button-border': 'white',
    'input-background': 'black',
    'input-border': 'white',
    'input-text': 'white',
  },
};

/** Reads the files of test/cards once a call. */
export function look(theme: Theme): Look {
  const colours = COLOURS[theme];
  const variables = Object.entries({ ...colours, font: `'${FONT}'` }).map(
    ([name, value]) => `--${name}: ${value};`,
  );
  return {
    hostConfig: inFont(theme === 'highContrast' ? highContrast() : published(theme)),
    css: `:host { ${variables.join(' ')} }\n${readFileSync(join(import.meta.dirname, 'page/teams.css'), 'utf8')}`,
    background: colours['chat'] ?? '',
  };
}

/** Microsoft's own: npm adaptivecards-designer 2.4.4, lib/hostConfigs (MIT). */
function published(theme: 'light' | 'dark'): HostConfig {
  const file = join(import.meta.dirname, `hostConfigs/microsoft-teams-${theme}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as HostConfig;
}

/**
 * None is published. Teams' high contrast theme (npm @fluentui/react-northstar 0.66.5, MIT) knows
 * black, white and yellow for what is emphasised; its alerts are black on white.
 */
function highContrast(): HostConfig {
  const dark = published('dark');
  const onBlack = inverted('black', 'white', 'yellow');
  const onWhite = inverted('white', 'black', 'black');
  const styles = Object.keys(dark.containerStyles).map((name): [string, ContainerStyle] => [
    name,
    name === 'default' || name === 'emphasis' ? onBlack : onWhite,
  ]);
  return {
    ...dark,
    containerStyles: Object.fromEntries(styles),
    separator: { ...dark.separator, lineColor: '#ffffff' },
  };
}

const HEX = { black: '#000000', white: '#ffffff', yellow: '#ffff00' } as const;
type Colour = keyof typeof HEX;

function inverted(background: Colour, text: Colour, accent: Colour): ContainerStyle {
  const names = ['default', 'dark', 'light', 'accent', 'good', 'warning', 'attention'];
  const colours = names.map((name) => {
    const colour = HEX[name === 'accent' ? accent : text];
    return [name, { default: colour, subtle: colour }] as const;
  });
  return {
    backgroundColor: HEX[background],
    borderColor: HEX[text],
    foregroundColors: Object.fromEntries(colours),
  };
}

function inFont(config: HostConfig): HostConfig {
  const types = Object.entries(config.fontTypes).map(([name, type]) => [
    name,
    { ...type, fontFamily: `'${FONT}'` },
  ]);
  return { ...config, fontTypes: Object.fromEntries(types) };
}
