import type { Flow } from '../../domain/flows/flow.ts';

/** The parts of a card's handle: the flow, and the draw of that card. */
interface FlowHandle {
  readonly flowId: string;
  readonly draw: number;
}

export function flowHandle(flow: Pick<Flow, 'id' | 'draw'>): string {
  return `${flow.id}.${String(flow.draw)}`;
}

/** Reads a flow card's handle; undefined for anything else. */
export function readFlowHandle(handle: string | undefined): FlowHandle | undefined {
  const match = /^([\w-]{16,64})\.(\d{1,9})$/.exec(handle ?? '');
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { flowId: match[1], draw: Number(match[2]) };
}

/** The parts of a desk card's handle: the look or the question, and where on which card. */
export interface DeskHandle {
  readonly id: string;
  /** How often the card's agent had acted when the card was drawn. */
  readonly draw: number;
  /** The button's place on the card; 0 for the card as a whole. */
  readonly place: number;
}

const LOOK = 'look-';
const CALLER = 'call-';

/** Ids of an account's card, and of a question to a manager. */
export const lookId = (id: string): string => `${LOOK}${id}`;
export const callerId = (id: string): string => `${CALLER}${id}`;
export const isLookId = (id: string): boolean => id.startsWith(LOOK);
export const isCallerId = (id: string): boolean => id.startsWith(CALLER);

export function deskHandle({ id, draw, place }: DeskHandle): string {
  return `${id}.${String(draw)}.${String(place)}`;
}

/** Undefined for anything else. */
export function readDeskHandle(handle: string | undefined): DeskHandle | undefined {
  const match = /^((?:look|call)-[\w-]{16,64})\.(\d{1,9})\.(\d{1,3})$/.exec(handle ?? '');
  if (match?.[1] === undefined) return undefined;
  return { id: match[1], draw: Number(match[2]), place: Number(match[3]) };
}
