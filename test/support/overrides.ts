/** Fields to set; `undefined` leaves an optional one out. */
export type Overrides<Thing> = {
  readonly [Field in keyof Thing]?: Partial<Pick<Thing, Field>> extends Pick<Thing, Field> ? Thing[Field] | undefined : Thing[Field]
}

/** The thing with what the overrides say. */
export function build<Thing extends object>(thing: Thing, overrides: Overrides<Thing>): Thing {
  const fields = Object.entries({ ...thing, ...overrides }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(fields) as Thing
}
