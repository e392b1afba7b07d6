// The accounts that are asked for in every block, as a journaled list: in and out in one step, walked without looking at the others.
import type { World } from '../../state/world.ts'

export function askedOf(world: World, clearingHouse: string) {
  const column = (of: string) => world.store.column(`perp.${clearingHouse}.asked.${of}`, 'u32')
  /** Cell 0 is how many there are. Place + 1 of a row that is in the list. */
  const [count, list, place] = [column('count'), column('list'), column('place')]
  return {
    has: (row: number): boolean => place.get(row) !== 0,
    rows: (): readonly number[] => Array.from({ length: count.get(0) }, (_, n) => list.get(n)),
    set(row: number, isAsked: boolean): void {
      const at = place.get(row)
      if (isAsked === (at !== 0)) return
      const size = count.get(0)
      if (isAsked) {
        list.set(size, row)
        place.set(row, size + 1)
        count.set(0, size + 1)
        return
      }
      const last = list.get(size - 1)
      list.set(at - 1, last)
      place.set(last, at)
      place.set(row, 0)
      list.set(size - 1, 0)
      count.set(0, size - 1)
    },
  }
}
