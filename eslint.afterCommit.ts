import type { Linter, Rule } from 'eslint';

type Node = ReturnType<Rule.RuleContext['sourceCode']['getAncestors']>[number];

/** Whose calls tell the outside, and the service's own way to the log. */
const TELL = ['log', 'metrics', 'alarms', 'tellFault'];

/**
 * A transaction may run again, or end without a commit: a log line in it would be written twice, or tell of
 * what never came to be. Every function that runs in one takes it as `tx`, whose `afterCommit` is given what tells.
 */
const told: Rule.RuleModule = {
  create(context) {
    return {
      CallExpression(call) {
        const teller = tellerIn(call.callee);
        if (teller === undefined) return;
        const around = context.sourceCode.getAncestors(call);
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

function nameOf(node: Node): string | undefined {
  const name = node.type === 'MemberExpression' ? node.property : node;
  return name.type === 'Identifier' ? name.name : undefined;
}

function takesTransaction(node: Node): boolean {
  return 'params' in node && node.params.some((one) => nameOf(one) === 'tx');
}

function isAfterCommit(node: Node): boolean {
  return node.type === 'CallExpression' && nameOf(node.callee) === 'afterCommit';
}

export const AFTER_COMMIT: Linter.Config = {
  files: ['src/service/**/*.ts'],
  plugins: { transactions: { rules: { told } } },
  rules: { 'transactions/told': 'error' },
};
