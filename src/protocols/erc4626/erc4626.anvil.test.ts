// Two vaults on OpenZeppelin's ERC-4626, with virtual shares and without, under random operations: after each block the tables say what
// the contracts' views say, and flows, gains and unbacked shares add up to them.
import { type Address, decodeEventLog, encodeFunctionData, type Hex, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { Builder, type Contract } from '../../../lab/deploy/builder.ts'
import { type DeployedVault, deployVault } from '../../../lab/deploy/vault.ts'
import { Draws } from '../../../test/support/draws.ts'
import { dumpOf } from '../../../test/support/dump.ts'
import { applyTo, Fold } from '../../../test/support/fold.ts'
import { createWorld, type World } from '../../state/world.ts'
import { erc4626 } from './index.ts'

const SEED = 11
const people = [0, 1, 2].map((n) => accountOf('person', n).address)
const [owner] = people as [Address]
let anvil: Anvil
let b: Builder
let firstBlock: number
let deployed: readonly DeployedVault[]
const lower = (address: Address): Hex => address.toLowerCase() as Hex

beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  for (const who of people) await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, owner)
  deployed = [
    await deployVault(b, { assetDecimals: 6, virtualShares: true, offset: 3 }),
    await deployVault(b, { assetDecimals: 18, virtualShares: false }),
  ]
  for (const { asset, vault, assetDecimals } of deployed)
    for (const who of people) {
      await send(who, asset, 'mint', [10n ** BigInt(assetDecimals + 6)])
      await send(who, asset, 'approve', [vault.address, 2n ** 256n - 1n])
    }
  await b.flush()
})
afterAll(() => anvil?.stop())

const send = (from: Address, { abi, address }: Contract, functionName: string, args: readonly unknown[]): Promise<void> =>
  b.push(functionName, from, address, encodeFunctionData({ abi, functionName, args }))

const adapter = () =>
  erc4626({
    chainId: 31337,
    vaults: deployed.map(({ asset, vault, assetDecimals, shareDecimals }, n) => ({
      name: `V${n}`,
      vault: lower(vault.address),
      asset: lower(asset.address),
      assetDecimals,
      shareDecimals,
    })),
  })

/** One operation on one vault that can't fail on the state of the last block, whatever else is in the block. */
async function operate(draws: Draws, { asset, vault, assetDecimals }: DeployedVault): Promise<void> {
  const who = draws.pick(people)
  const unit = 10n ** BigInt(assetDecimals)
  const held = await b.read<bigint>(asset, 'balanceOf', [vault.address])
  const invested = await b.read<bigint>(vault, 'invested')
  const shares = await b.read<bigint>(vault, 'balanceOf', [who])
  const some = (unit * BigInt(draws.integer(1, 1_000_000))) / 1_000n
  const part = BigInt(draws.integer(5, 40))
  switch (draws.integer(0, 8)) {
    case 0:
    case 1:
      return send(who, vault, 'deposit', [some, who])
    case 2: {
      const worth = await b.read<bigint>(vault, 'convertToShares', [some])
      return send(who, vault, 'mint', [worth, who])
    }
    case 3: {
      const worth = await b.read<bigint>(vault, 'convertToAssets', [shares / part])
      if (worth === 0n || worth > held / 10n) return
      return send(who, vault, 'redeem', [shares / part, draws.pick(people), who])
    }
    case 4: {
      const worth = (await b.read<bigint>(vault, 'convertToAssets', [shares])) / part
      if (worth === 0n || worth > held / 10n) return
      return send(who, vault, 'withdraw', [worth, who, who])
    }
    case 5:
      return send(who, asset, 'transfer', [vault.address, some / 50n])
    case 6:
      return send(owner, vault, 'invest', [owner, held / 20n])
    case 7:
      return invested > 0n ? send(owner, vault, 'book', [(invested * BigInt(draws.integer(90, 115))) / 100n]) : undefined
    default:
      return draws.chance(0.2) ? send(owner, vault, 'mintUnbacked', [who, some / 1_000n]) : undefined
  }
}

async function equal(world: World): Promise<void> {
  for (const { asset, vault, assetDecimals, shareDecimals } of deployed) {
    const row = world.vaults.at(world.vaults.find(lower(vault.address)) ?? 99)
    const totalAssets = await b.read<bigint>(vault, 'totalAssets')
    const totalSupply = await b.read<bigint>(vault, 'totalSupply')
    const assetsPerShare = await b.read<bigint>(vault, 'convertToAssets', [10n ** BigInt(shareDecimals)])
    expect(row).toMatchObject({
      totalAssets,
      totalSupply,
      assetsPerShare,
      held: await b.read<bigint>(asset, 'balanceOf', [vault.address]),
      price: Number(assetsPerShare) / 10 ** assetDecimals,
    })
  }
}

/** All flows of a vault since first sight, by the contract's own logs. */
async function flowsOf(n: number): Promise<bigint[]> {
  const { vault } = deployed[n] as DeployedVault
  const fromBlock = toHex(firstBlock + 1)
  const logs = await anvil.rpc.call<readonly { readonly topics: readonly Hex[]; readonly data: Hex }[]>('eth_getLogs', [
    { address: vault.address, fromBlock, toBlock: 'latest' },
  ])
  const sums = [0n, 0n, 0n, 0n]
  for (const log of logs) {
    const { eventName, args } = decodeEventLog({ abi: vault.abi, topics: log.topics as [Hex, ...Hex[]], data: log.data }) as unknown as {
      readonly eventName: string
      readonly args: { readonly assets: bigint; readonly shares: bigint }
    }
    const at = ['Deposit', 'Withdraw'].indexOf(eventName)
    if (at < 0) continue
    sums[at] = (sums[at] as bigint) + args.assets
    sums[at + 2] = (sums[at + 2] as bigint) + args.shares
  }
  return sums
}

test('the tables say what the vaults say, early and late, and undo takes all of it back', async () => {
  const draws = new Draws(SEED)
  const world = createWorld(31337)
  const protocols = [adapter()]
  const fold = new Fold(anvil.rpc, world, protocols)
  const late = new Fold(anvil.rpc, createWorld(31337), [adapter()])
  firstBlock = (await b.head()).number
  await fold.feed(firstBlock)
  const first = deployed.map((_, n) => ({
    ...world.vaults.at(n),
    assets: world.vaults.at(n).totalAssets,
    supply: world.vaults.at(n).totalSupply,
  }))
  const sums = deployed.map(() => ({ gain: 0, unbacked: 0, donations: 0 }))
  const marks: number[] = []
  const dumps: string[] = []
  for (let n = 0; n < 45; n++) {
    const before = (await b.head()).number // reading mines what waits
    for (let k = draws.integer(0, 2); k > 0; k--) await operate(draws, draws.pick(deployed))
    await b.flush()
    if ((await b.head()).number === before) await anvil.rpc.call('evm_mine')
    marks.push(world.store.mark())
    dumps.push(dumpOf(world))
    for (let number = before + 1; number <= (await b.head()).number; number++) {
      await fold.feed(number)
      if (n >= 20) await late.feed(number)
      for (let row = 0; row < world.vaultSteps.count; row++) {
        const { vault, gain, unbackedShares } = world.vaultSteps.at(row)
        const sum = sums[vault - 1] as (typeof sums)[number]
        sum.gain += gain
        sum.unbacked += unbackedShares
      }
      for (let row = 0; row < world.vaultFlows.count; row++)
        if (world.vaultFlows.at(row).kind === 3) (sums[world.vaultFlows.at(row).vault - 1] as (typeof sums)[number]).donations += 1
    }
    await equal(world)
    if (n >= 20) await equal(late.world)
  }
  for (const [n, { assetDecimals, shareDecimals }] of deployed.entries()) {
    const { totalAssets, totalSupply, paidIn, paidOut, minted, burned } = world.vaults.at(n)
    const { gain, unbacked, donations } = sums[n] as (typeof sums)[number]
    const { assets, supply } = first[n] as (typeof first)[number]
    expect(Number(totalAssets - assets - paidIn + paidOut) / 10 ** assetDecimals).toBeCloseTo(gain, 4)
    expect(Number(totalSupply - supply - minted + burned) / 10 ** shareDecimals).toBeCloseTo(unbacked, 4)
    expect(donations).toBeGreaterThan(0)
    expect([paidIn, paidOut, minted, burned]).toEqual(await flowsOf(n))
    expect(paidOut).toBeGreaterThan(0n)
  }

  const end = dumpOf(world)
  const blocks = fold.blocks.slice(1)
  for (let n = marks.length - 1; n >= 0; n--) {
    world.store.undoTo(marks[n] as number)
    expect(dumpOf(world)).toBe(dumps[n])
  }
  for (const block of blocks) applyTo(world, protocols, block)
  expect(dumpOf(world)).toBe(end)
})
