import type { z } from 'zod';

/** The type without `readonly`, each object written out flat, so that two can be compared. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
type IsSame<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Gives the schema back if it reads exactly the domain's type, optional parts included. */
export function exactly<Domain>() {
  return <Schema extends z.ZodType>(
    schema: IsSame<Plain<Domain>, Plain<z.output<Schema>>> extends true
      ? Schema
      : 'the schema and the domain type differ',
  ): Schema => schema as Schema;
}
