import type { ServerResponse } from 'node:http';

/** An error of Microsoft's services; `code` as their table of bot errors has it. */
export class Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;

  constructor(status: number, code: string, message: string) {
    this.status = status;
    this.code = code;
    this.message = message;
  }

  /** Answers with the error in the envelope that the connector puts around all of its own. */
  answer(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
    const { status, code, message } = this;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { code, message } }));
  }
}
