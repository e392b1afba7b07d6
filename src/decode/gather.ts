// Values of a tuple or a log: under their names, or in a row if they have none.
import type { AbiParameter } from 'viem'

/** undefined: values go into an array, since a name is missing, there twice, or one that sets no property. */
export function namesOf(params: readonly AbiParameter[]): readonly string[] | undefined {
  const names = params.map(({ name }) => name ?? '')
  return names.every((name) => name !== '' && name !== '__proto__') && new Set(names).size === names.length ? names : undefined
}

/** Values into an array, or under their names. */
export function gather(names: readonly string[] | undefined): readonly [() => object, (into: object, n: number, value: unknown) => void] {
  if (names === undefined)
    return [
      () => [],
      (into, n, value) => {
        ;(into as unknown[])[n] = value
      },
    ]
  return [
    () => ({}),
    (into, n, value) => {
      ;(into as Record<string, unknown>)[names[n] as string] = value
    },
  ]
}
