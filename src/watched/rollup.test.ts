import { expect, test } from 'vitest'
import { createWorld } from '../state/world.ts'
import { rollupInboxes } from './rollup.ts'

const INBOX = `0x${'B0'.repeat(20)}`
const POSTS = `0x${'b1'.repeat(20)}`
const one = { name: 'X', rollupChainId: 42_161, kind: 'nitro', inbox: INBOX, posts: POSTS } as const

test('a rollup is watched at both its contracts, with no venue to act on', () => {
  const watched = rollupInboxes({ chainId: 1, rollups: [one] })
  expect(watched.protocols.flatMap((p) => p.watches(createWorld(1))).map(({ address }) => address)).toEqual([INBOX.toLowerCase(), POSTS])
  expect([watched.chainId, watched.venues, watched.guards]).toEqual([1, [], []])
})

test('what is wrong is refused: the same inbox twice, another kind, no address', () => {
  expect(() => rollupInboxes({ chainId: 1, rollups: [one, one] })).toThrow(/each inbox once/)
  expect(() => rollupInboxes({ chainId: 1, rollups: [{ ...one, kind: 'plasma' as 'nitro' }] })).toThrow()
  expect(() => rollupInboxes({ chainId: 1, rollups: [{ ...one, posts: '0x12' }] })).toThrow(/want an address/)
})
