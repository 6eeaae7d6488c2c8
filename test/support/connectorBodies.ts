import mappers from 'botframework-connector/lib/connectorApi/models/mappers.js';

/** Microsoft's client's description of an outgoing value. */
interface Mapper {
  readonly required?: boolean | undefined;
  readonly type: {
    readonly name: string;
    readonly className?: string | undefined;
    readonly modelProperties?: Readonly<Record<string, Mapper>> | undefined;
    readonly element?: Mapper | undefined;
  };
}

const classes = new Map<string | undefined, Mapper>(
  Object.values<Mapper>(mappers).map((mapper) => [mapper.type.className, mapper]),
);

/** The fault of a body that Microsoft's client would not send; undefined for one that it would. */
export function faultOfBody(
  className: 'Activity' | 'ConversationParameters',
  body: unknown,
): string | undefined {
  return faultOf(classes.get(className)!, body, className);
}

function faultOf(mapper: Mapper, value: unknown, place: string): string | undefined {
  const { name, element, className } = mapper.type;
  switch (name) {
    case 'Object':
      return undefined;
    case 'String':
    case 'Number':
    case 'Boolean':
      return typeof value === name.toLowerCase() ? undefined : place;
    case 'DateTime':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? undefined : place;
    case 'Sequence':
      if (!Array.isArray(value) || !element) return place;
      return firstOf(value.map((item, index) => faultOf(element, item, `${place}[${index}]`)));
    case 'Composite':
      return faultOfComposite(classes.get(className) ?? mapper, value, place);
    default:
      return `${place}: ${name}`;
  }
}

function faultOfComposite(mapper: Mapper, value: unknown, place: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return place;
  const known = new Map(Object.entries(mapper.type.modelProperties ?? {}));
  const missing = [...known].find(([key, { required }]) => required && !(key in value));
  if (missing) return `${place}.${missing[0]}`;
  return firstOf(
    Object.entries(value).map(([key, inner]) => {
      const property = known.get(key);
      return property ? faultOf(property, inner, `${place}.${key}`) : `${place}.${key}`;
    }),
  );
}

function firstOf(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined);
}
