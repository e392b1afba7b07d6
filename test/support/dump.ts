// A world as text: every column's bytes and every key, to compare two states.
import type { World } from '../../src/state/world.ts'

export const dumpOf = (world: World): string =>
  [...world.store.dump()]
    .map(([name, value]) =>
      value instanceof Uint32Array
        ? `${name} ${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`
        : `${name} ${JSON.stringify(value)}`,
    )
    .join('\n')
