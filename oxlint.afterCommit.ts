import type { RuleTester } from 'oxlint/plugins-dev';

type Create = Extract<Parameters<RuleTester['run']>[1], { create: unknown }>['create'] & {};
type Context = Parameters<Create>[0];

/** The parts of a syntax node that are read here. */
interface Node {
  readonly type: string;
  readonly name?: unknown;
  readonly object?: Node;
  readonly property?: Node;
  readonly callee?: Node;
  readonly params?: readonly Node[];
}

/** The ports that tell the outside, and the service's own way to the log. */
const TELL = ['log', 'metrics', 'alarms', 'tellFault'];

/**
 * A transaction may run again, or end without a commit: a log line in it would be written twice, or tell of
 * what never came to be. Every function that runs in one takes it as `tx`, whose `afterCommit` is given what tells.
 */
const told = {
  create(context: Context): ReturnType<Create> {
    return {
      CallExpression(call) {
        const teller = tellerIn(call.callee);
        if (teller === undefined) return;
        // Typed as places in the file alone.
        const around = context.sourceCode.getAncestors(call) as unknown as readonly Node[];
        const isInside = around.findLastIndex(takesTransaction);
        if (isInside === -1 || around.slice(isInside).some(isAfterCommit)) return;
        context.report({
          node: call,
          message: `${teller} in a transaction: give it to tx.afterCommit`,
        });
      },
    };
  },
};

/** `log` in `log.warn()` and in `deps.log.warn()`. */
function tellerIn(callee: Node): string | undefined {
  const named = callee.type === 'MemberExpression' ? nameOf(callee.object) : nameOf(callee);
  return TELL.find((one) => one === named);
}

function nameOf(node: Node | undefined): unknown {
  const name = node?.type === 'MemberExpression' ? node.property : node;
  return name?.type === 'Identifier' ? name.name : undefined;
}

function takesTransaction(node: Node): boolean {
  return node.params?.some((one) => nameOf(one) === 'tx') === true;
}

function isAfterCommit(node: Node): boolean {
  return node.type === 'CallExpression' && nameOf(node.callee) === 'afterCommit';
}

export default { meta: { name: 'afterCommit' }, rules: { told } };
