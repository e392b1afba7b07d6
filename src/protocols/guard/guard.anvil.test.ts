// A real Guard, read from before its deployment on: entries that governance adds, retires and takes back, and other signers.
import { encodeFunctionData, getAbiItem, toFunctionSelector } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { Fold } from '../../../test/support/fold.ts'
import { Guard } from '../../contracts/Guard.ts'
import type { Hex } from '../../core/flow.ts'
import { GuardWorld, WINDOW_S } from '../../respond/guard-world.builders.ts'
import { createWorld } from '../../state/world.ts'
import { guardMismatches } from './check.ts'
import { guard } from './index.ts'

let chain: GuardWorld
beforeAll(async () => {
  chain = await GuardWorld.start()
})
afterAll(() => chain?.anvil.stop())

const head = async (): Promise<number> => Number(await chain.anvil.rpc.call<Hex>('eth_blockNumber'))
const admin = (data: Hex) => chain.send(accountOf('deployer').address, data)

test('what the tables say is what the Guard says, block by block from the first', async () => {
  const id = await chain.entry()
  // the arguments with which it was added
  const [{ data }] = (await chain.anvil.rpc.call<{ data: Hex }[]>('eth_getLogs', [
    { address: chain.guard, fromBlock: '0x0', topics: [null, id] },
  ])) as [{ data: Hex }]
  const world = createWorld(31_337)
  const fold = new Fold(chain.anvil.rpc, world, [guard({ chainId: 31_337, guard: chain.guard, entries: [{ id, subjects: [] }] })])
  const catchUp = async (): Promise<void> => {
    for (let number = (fold.blocks.at(-1)?.number ?? -1) + 1; number <= (await head()); number++) await fold.feed(number)
  }
  const live = () => world.guardEntries.columns.live.get(world.guardEntries.find(id) ?? -1)

  await fold.feed(0)
  expect(world.guards.count).toBe(0)
  await catchUp()
  const signers = [0, 1, 2].map((n) => accountOf('node', n).address.toLowerCase() as Hex).sort()
  const expected = { guard: chain.guard, signers, k: 2, windowS: WINDOW_S, entries: [{ id, name: 'test' }] }
  expect(guardMismatches(world, expected)).toEqual([])
  expect(live()).toBe(1)

  await admin(encodeFunctionData({ abi: Guard.abi, functionName: 'retireEntry', args: [id] }))
  await admin(encodeFunctionData({ abi: Guard.abi, functionName: 'setSigners', args: [[signers[0] as Hex], 1n] }))
  await chain.mine()
  await catchUp()
  expect(live()).toBe(0)
  expect(guardMismatches(world, expected)).toEqual([
    expect.stringContaining('quorum.k is 2 in the config and 1 on the Guard'),
    expect.stringContaining(`in the config and ${signers[0]} on the Guard`),
    expect.stringContaining('is in the config and retired on the Guard'),
  ])

  await admin(encodeFunctionData({ abi: Guard.abi, functionName: 'setSigners', args: [signers, 2n] }))
  await admin(again(data))
  await chain.mine()
  await catchUp()
  expect(guardMismatches(world, expected)).toEqual([])
})

/** addEntry once more: EntryAdded ends with the encoded entry, which is also the argument (behind its offset of one word). */
function again(data: Hex): Hex {
  const length = Number.parseInt(data.slice(2 + 4 * 64, 2 + 5 * 64), 16)
  const encoded = data.slice(2 + 5 * 64, 2 + 5 * 64 + 2 * length)
  return `${toFunctionSelector(getAbiItem({ abi: Guard.abi, name: 'addEntry' }))}${encoded}`
}
