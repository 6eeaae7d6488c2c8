import { rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';

/** Packages that others do without; a host has none, whatever is installed where the bundle is made. */
const OPTIONAL: ReadonlySet<string> = new Set([
  ...['bufferutil', 'dtrace-provider', 'pg-cloudflare', 'pg-native', 'safe-json-stringify'],
  ...['supports-color', 'utf-8-validate'],
]);
/** Node.js refuses it by its name, wherever the bundle lies. */
const LEFT_OUT = 'node:left-out';

/**
 * Makes the two programs, `main.js` and `admin.js`, of the sources in `src` and all that they load of the
 * packages: a start reads a few files instead of 2 400. They run in any folder beside `cards` and
 * package.json, without packages. Types are not checked.
 * @throws where something that is imported is not there
 */
export async function bundle(source: string, to: string): Promise<void> {
  const program = await rolldown({
    cwd: source,
    input: { main: join(source, 'src/main.ts'), admin: join(source, 'src/admin.ts') },
    platform: 'node',
    // Its paths lead to declarations, which hold no code.
    tsconfig: false,
    plugins: [placedIn(source), leftOut],
    onLog(level, { message }) {
      if (level === 'warn') throw new Error(message);
    },
  });
  // A bot or an administration that runs loads some of its files late.
  const made = `${to}.new`;
  try {
    await program.write({ dir: made, cleanDir: true, chunkFileNames: '[name].js' });
    await rm(to, { recursive: true, force: true });
    await rename(made, to);
  } finally {
    await program.close();
    await rm(made, { recursive: true, force: true });
  }
}

/**
 * A module of ours finds `cards` and `package.json` from the place of its source. A package that it requires
 * late becomes a file of its own, which a start does not read.
 */
function placedIn(source: string): Plugin {
  const sources = join(source, 'src') + sep;
  return {
    name: 'placed',
    transform(code, id) {
      if (!id.startsWith(sources) || !code.includes('import.meta.')) return null;
      const path = `/../${relative(source, id).replaceAll(sep, '/')}`;
      const placed = code
        .replaceAll(
          /(?<!createRequire\()import\.meta\.url/g,
          `new URL('.${path}', import.meta.url)`,
        )
        .replaceAll('import.meta.dirname', `(import.meta.dirname + '${dirname(path)}')`)
        .replaceAll(/\brequire\('([^']+)'\)/g, (_, name: string) => {
          this.emitFile({ type: 'chunk', id: name, importer: id, fileName: `${name}.js` });
          return `require('./${name}.js').default`;
        });
      return { code: placed };
    },
  };
}

/**
 * Leaves out optional packages, and what Twilio's client loads of each product when it is asked for: the bot
 * asks for messages alone.
 */
const leftOut: Plugin = {
  name: 'leftOut',
  resolveId(id, importer = '') {
    const isProduct = /twilio.lib.rest.Twilio\.js$/.test(importer) && /^\.\/[A-Z]/.test(id);
    const isLeftOut = OPTIONAL.has(id) || (isProduct && id !== './Api');
    return isLeftOut ? { id: LEFT_OUT, external: true } : null;
  },
};
