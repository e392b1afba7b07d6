// Supply, balances and transfers compared with a real OpenZeppelin ERC-20 after each of 60 blocks, and after a change that nobody announced.
import { type Address, encodeFunctionData, pad, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { aaveArtifact } from '../../../lab/deploy/artifacts.ts'
import { Builder, type Contract } from '../../../lab/deploy/builder.ts'
import { Draws } from '../../../test/support/draws.ts'
import { callsAt, Fold } from '../../../test/support/fold.ts'
import type { Hex } from '../../core/flow.ts'
import { wordAt } from '../../core/words.ts'
import { createWorld } from '../../state/world.ts'
import { balanceCall, supplyCall } from './calls.ts'
import { erc20 } from './index.ts'

const people = [0, 1, 2, 3].map((n) => accountOf('person', n).address)
const holders = people.slice(0, 3)
let anvil: Anvil
let b: Builder
let token: Contract
beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  for (const who of people) await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, people[3] as Address)
  token = await b.deploy(aaveArtifact('mocks/tokens/MintableERC20'), ['X', 'X', 6])
  await b.flush()
})
afterAll(() => anvil?.stop())

test('the tables say what the token says', async () => {
  const draws = new Draws(7)
  const world = createWorld(31337)
  const fold = new Fold(anvil.rpc, world, [erc20({ chainId: 31337, tokens: [{ name: 'X', token: token.address, decimals: 6, holders }] })])
  const address = token.address.toLowerCase() as Hex
  const low = holders.map((holder) => holder.toLowerCase() as Hex)
  const theirs = async (): Promise<readonly (bigint | undefined)[]> => {
    const { hash } = await b.head()
    const answers = await callsAt(anvil.rpc, [supplyCall(address), ...low.map((holder) => balanceCall(address, holder))], hash)
    return answers.map(({ result }) => wordAt(result, 0))
  }
  const ours = (): readonly (bigint | undefined)[] => [
    world.tokens.at(0).totalSupply,
    ...low.map((holder) => world.holdings.at(world.holdings.find(`${address}:${holder}`) ?? 99).balance),
  ]
  const balances = new Map<Address, bigint>(people.map((who) => [who, 0n]))
  const add = (who: Address, amount: bigint): void => void balances.set(who, (balances.get(who) ?? 0n) + amount)
  let rows = 0
  for (let step = 0; step < 60; step++) {
    let minted = 0n
    for (let n = draws.integer(0, 4); n > 0; n--) {
      const [from, to] = [draws.pick(people), draws.pick(people)]
      const held = balances.get(from) ?? 0n
      if (draws.chance(0.3)) {
        const amount = BigInt(draws.integer(0, 10 ** 9))
        await b.push('mint', from, token.address, encodeFunctionData({ abi: token.abi, functionName: 'mint', args: [amount] }))
        add(from, amount)
        minted += amount
      } else {
        const amount = draws.chance(0.1) ? held : held / BigInt(draws.integer(1, 9))
        await b.push('transfer', from, token.address, encodeFunctionData({ abi: token.abi, functionName: 'transfer', args: [to, amount] }))
        add(from, -amount)
        add(to, amount)
      }
    }
    const before = (await b.head()).number
    await b.flush()
    if ((await b.head()).number === before) await anvil.rpc.call('evm_mine')
    const { reads } = await fold.feed((await b.head()).number)
    expect(reads).toHaveLength(step === 0 ? 4 : 1)
    expect(ours()).toEqual(await theirs())
    if (step > 0 && minted > 0n) expect(world.tokens.at(0)).toMatchObject({ minted: Number(minted) / 1e6, burned: 0 })
    rows += world.transfers.count
  }
  expect(rows).toBeGreaterThan(60)

  // the first slot is the balances' (OpenZeppelin 3): a balance changes, and no event says so
  const mapped = await slotOf(low[1] as Hex)
  await anvil.rpc.call('anvil_setStorageAt', [address, mapped, pad(toHex(12_345n))])
  for (let n = 0; n < 4; n++) {
    await anvil.rpc.call('evm_mine')
    await fold.feed((await b.head()).number)
  }
  expect(ours()[2]).toBe(12_345n)
  expect(ours()).toEqual(await theirs())
})

/** Where a mapping in slot 0 keeps this key. */
async function slotOf(holder: Hex): Promise<Hex> {
  return anvil.rpc.call<Hex>('web3_sha3', [`0x${pad(holder).slice(2)}${'00'.repeat(32)}`])
}
