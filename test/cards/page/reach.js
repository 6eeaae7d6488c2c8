// Runs in the browser: the drawn cards as a screen reader and a keyboard find them.

/** All rules (those of WCAG 2.2 AA and axe's own advice), those about colours, or the others. */
globalThis.runAxe = async (rules) => {
  const ofColours = axe.getRules(['cat.color']).map(({ ruleId }) => ruleId);
  const { violations, passes } = await axe.run(document, {
    resultTypes: ['violations'],
    ...(rules === 'colours' ? { runOnly: ofColours } : {}),
    ...(rules === 'others'
      ? { rules: Object.fromEntries(ofColours.map((id) => [id, { enabled: false }])) }
      : {}),
  });
  return {
    checked: [...violations, ...passes].map(({ id }) => id),
    findings: violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${cardOf(target)}: ${failureSummary}`),
    ),
  };
};

/** The first readable element on a card is its heading. */
globalThis.cardsWithoutHeading = () =>
  messages()
    .filter((message) => {
      const frame = message.shadowRoot.querySelector('.frame');
      const heading = frame.querySelector('[role=heading]');
      const text = heading?.textContent.trim() ?? '';
      return text === '' || !frame.textContent.trim().startsWith(text);
    })
    .map(({ dataset }) => dataset.name);

/** Inputs whose only label is their placeholder. */
globalThis.inputsWithoutLabel = () =>
  messages().flatMap((message) =>
    [...message.shadowRoot.querySelectorAll('input, select, textarea')]
      .filter(({ labels }) => ![...labels].some(({ textContent }) => textContent.trim() !== ''))
      .map(({ id }) => `${message.dataset.name}: ${id}`),
  );

/** Everything that can be focused, in the order in which it is read: down, then to the right. */
globalThis.markStops = () => {
  const stops = messages().flatMap((message) => {
    const root = message.shadowRoot;
    // Steps within a shadow root are not told outside it.
    root.addEventListener('focusin', ({ target }) => {
      walked.push(target.dataset.stop ?? 'nothing');
    });
    const card = root.querySelector('.ac-adaptiveCard');
    card.dataset.stop = `${message.dataset.name} 0: the card`;
    const all = [...root.querySelectorAll('input, select, textarea, button, a[href]')];
    const boxes = all.map((element) => ({ element, box: element.getBoundingClientRect() }));
    boxes.sort((one, other) =>
      one.box.bottom <= other.box.top
        ? -1
        : other.box.bottom <= one.box.top
          ? 1
          : one.box.left - other.box.left,
    );
    for (const [n, { element }] of boxes.entries()) {
      element.dataset.stop = `${message.dataset.name} ${n + 1}: ${nameOf(element, root)}`;
    }
    return [card, ...boxes.map(({ element }) => element)].map(({ dataset }) => dataset.stop);
  });
  walked.length = 0;
  return stops;
};

/** Where the focus has been since the stops were marked. */
globalThis.walkedStops = () => walked;

const walked = [];

/** Width and style of the line around what has the focus. */
globalThis.focusOutline = () => {
  const { outlineWidth, outlineStyle } = globalThis.getComputedStyle(focused());
  return `${outlineWidth} ${outlineStyle}`;
};

function focused() {
  return document.activeElement?.shadowRoot?.activeElement;
}

function messages() {
  return [...document.querySelectorAll('.message')];
}

function nameOf(element, root) {
  const label = element.id === '' ? null : root.querySelector(`label[for="${element.id}"]`);
  return (label ?? element).textContent.trim();
}

function cardOf(target) {
  const [host] = target.flat();
  return document.querySelector(host)?.dataset.name ?? host;
}
