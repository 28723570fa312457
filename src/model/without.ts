/** The object without these fields. */
export function without<T extends object, Field extends keyof T>(object: T, ...fields: readonly Field[]): Omit<T, Field> {
  const rest = { ...object };
  for (const field of fields) Reflect.deleteProperty(rest, field);
  return rest;
}
