/** A type of the client library as it is in JSON: its dates are still texts. */
export type Wire<T> = T extends Date ? string : T extends readonly (infer Item)[] ? readonly Wire<Item>[] : T extends object ? { readonly [Key in keyof T]: Wire<T[Key]> } : T;
