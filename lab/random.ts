// Chance that depends only on its key: the same (seed, block, actor) gives the same draw in every run, whatever else happened.

export type Key = readonly (string | number)[]

/** Uniform in [0, 1), from a hash of the key. */
export function uniform(...key: Key): number {
  let hash = 0x811c9dc5
  for (const char of key.join('|')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** Standard normal (Box-Muller); the first draw is kept away from 0, whose logarithm is infinite. */
export function normal(...key: Key): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(...key, 'r')))
  return radius * Math.cos(2 * Math.PI * uniform(...key, 'a'))
}
