// A token of which each unit is paid for, over random mints and burns with their reserves: the row says what the contracts say, and
// supply-backing is quiet; then a stolen key mints four hundred million on two hundred thousand.
import { type Address, encodeFunctionData, type Hex, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { Builder } from '../../../lab/deploy/builder.ts'
import { type DeployedVault, deployVault } from '../../../lab/deploy/vault.ts'
import { Draws } from '../../../test/support/draws.ts'
import { Fold } from '../../../test/support/fold.ts'
import { Engine } from '../../detect/engine.ts'
import { supplyBacking } from '../../detect/supply-backing.ts'
import { createWorld } from '../../state/world.ts'
import { backedToken } from './index.ts'

const who = accountOf('person', 0).address
const M = 10n ** 12n
let anvil: Anvil
let b: Builder
let deployed: DeployedVault

beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, who)
  deployed = await deployVault(b, { assetDecimals: 6, virtualShares: false })
  const { asset, vault } = deployed
  await b.write(asset, 'mint', [1_000n * M])
  await b.write(asset, 'approve', [vault.address, 2n ** 256n - 1n])
  await b.write(vault, 'deposit', [100n * M, who])
  await b.flush()
})
afterAll(() => anvil?.stop())

test('quiet while each unit is paid for; told when four hundred million are not', async () => {
  const { asset, vault } = deployed
  const lower = (address: Address): Hex => address.toLowerCase() as Hex
  const world = createWorld(31337)
  const reserves = [{ asset: lower(asset.address), holder: lower(vault.address), decimals: 6, usd: 1 }]
  const fold = new Fold(anvil.rpc, world, [
    backedToken({ chainId: 31337, tokens: [{ name: 'USR', token: lower(vault.address), decimals: 6, usd: 1, reserves }] }),
  ])
  const engine = new Engine(world, [supplyBacking()])
  const block = async () => {
    await b.flush()
    const { number, hash, timeS } = await b.head()
    await fold.feed(number)
    return engine.run({ chainId: 31337, number, hash, timeS, pending: false, provisional: false })
  }
  const call = (functionName: string, args: readonly unknown[]): Promise<void> =>
    b.push(functionName, who, vault.address, encodeFunctionData({ abi: vault.abi, functionName, args }))
  const draws = new Draws(4)
  for (let n = 0; n < 25; n++) {
    const amount = (M * BigInt(draws.integer(1, 400))) / 10n
    await (draws.chance(0.6) ? call('deposit', [amount, who]) : call('redeem', [amount / 20n, who, who]))
    expect(await block()).toEqual([])
    const supply = await b.read<bigint>(vault, 'totalSupply')
    const held = await b.read<bigint>(asset, 'balanceOf', [vault.address])
    expect(world.backings.at(0)).toMatchObject({ supply, supplyUsd: Number(supply) / 1e6, backingUsd: Number(held) / 1e6 })
  }
  await call('deposit', [M / 5n, who])
  await call('mintUnbacked', [who, 400n * M])
  expect(await block()).toMatchObject([{ detector: 'supply-backing', severity: 'critical', evidence: { supplyUsd: expect.any(Number) } }])
})
