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
