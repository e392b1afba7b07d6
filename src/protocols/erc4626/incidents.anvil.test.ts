// What happened to real vaults, done again on real contracts: which detector tells it, in which block, and what stays quiet beside it.
import { type Address, encodeFunctionData, toHex } from 'viem'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { Builder, type Contract } from '../../../lab/deploy/builder.ts'
import { type DeployedVault, deployVault } from '../../../lab/deploy/vault.ts'
import { Fold } from '../../../test/support/fold.ts'
import type { Hex } from '../../core/flow.ts'
import { aumWithoutFlows } from '../../detect/aum-without-flows.ts'
import { donation } from '../../detect/donation.ts'
import { Engine } from '../../detect/engine.ts'
import { navStep } from '../../detect/nav-step.ts'
import { payoutAbovePaidIn } from '../../detect/payout-above-paid-in.ts'
import { sharePriceJump } from '../../detect/share-price-jump.ts'
import { createWorld } from '../../state/world.ts'
import { erc4626 } from './index.ts'

const [thief, ann] = [0, 1].map((n) => accountOf('person', n).address) as [Address, Address]
const USD = 10n ** 6n
const anvils: Anvil[] = []
afterAll(async () => {
  for (const anvil of anvils) await anvil.stop()
})

describe.each([
  { virtualShares: false, name: 'without virtual shares' },
  { virtualShares: true, name: 'with virtual shares' },
])('a vault $name', ({ virtualShares }) => {
  let b: Builder
  let deployed: DeployedVault
  let found: () => Promise<readonly string[]>

  beforeEach(async () => {
    const anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
    anvils.push(anvil)
    await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
    for (const who of [thief, ann]) await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
    b = new Builder(anvil.rpc, thief)
    deployed = await deployVault(b, { assetDecimals: 6, virtualShares })
    const { asset, vault } = deployed
    for (const who of [thief, ann]) {
      await send(who, asset, 'mint', [10n ** 9n * USD])
      await send(who, asset, 'approve', [vault.address, 2n ** 256n - 1n])
    }
    await b.flush()
    const lower = (address: Address): Hex => address.toLowerCase() as Hex
    const config = { name: 'V', vault: lower(vault.address), asset: lower(asset.address), assetDecimals: 6, shareDecimals: 6 }
    const world = createWorld(31337)
    const fold = new Fold(anvil.rpc, world, [erc4626({ chainId: 31337, vaults: [config] })])
    const engine = new Engine(world, [sharePriceJump(), navStep(), donation(), payoutAbovePaidIn(), aumWithoutFlows()])
    found = async () => {
      await b.flush()
      const { number, hash, timeS } = await b.head()
      await fold.feed(number)
      const stamp = { chainId: 31337, number, hash, timeS, pending: false, provisional: false }
      return engine.run(stamp).map(({ detector, severity }) => `${detector} ${severity}`)
    }
    expect(await found()).toEqual([])
  })
  const send = (from: Address, { abi, address }: Contract, functionName: string, args: readonly unknown[]): Promise<void> =>
    b.push(functionName, from, address, encodeFunctionData({ abi, functionName, args }))
  const onVault = (from: Address, functionName: string, ...args: readonly unknown[]): Promise<void> =>
    send(from, deployed.vault, functionName, args)
  const give = (from: Address, amount: bigint): Promise<void> => send(from, deployed.asset, 'transfer', [deployed.vault.address, amount])
  /** Half of a million with a strategy that pays some bips a block. */
  async function inUse(): Promise<void> {
    await onVault(ann, 'deposit', 1_000_000n * USD, ann)
    await onVault(thief, 'invest', thief, 500_000n * USD)
    expect(await found()).toEqual([])
  }

  test('Radiant 2024-01-02: the only share of an empty market is made dear, before anybody else deposits', async () => {
    await onVault(thief, 'deposit', 1n, thief)
    expect(await found()).toEqual([])
    await give(thief, 50_000n * USD)
    // with virtual shares half of the gift is the vault's, and a unit is dear all the same: without an offset they make it costly, not impossible
    expect(await found()).toEqual(['donation critical'])
  })

  test('Cream yUSD 2021-10-27: the price of a share doubles by a gift', async () => {
    await inUse()
    await give(thief, 1_100_000n * USD)
    expect(await found()).toEqual(['share-price-jump critical'])
  })

  test('GMX v1 2025-07-09: a third more on paper', async () => {
    await inUse()
    await onVault(thief, 'book', 830_000n * USD)
    expect(await found()).toEqual(['aum-without-flows critical'])
  })

  test('Harvest 2020-10-26: booked down, bought, booked up, redeemed, all in one block', async () => {
    await inUse()
    await onVault(thief, 'book', 440_000n * USD)
    await onVault(thief, 'deposit', 940_000n * USD, thief)
    await onVault(thief, 'book', 560_000n * USD)
    await onVault(thief, 'withdraw', 999_000n * USD, thief, thief)
    const told = await found()
    expect(told).toContain('payout-above-paid-in high')
    expect(told.some((one) => one.startsWith('share-price-jump') || one.startsWith('aum-without-flows'))).toBe(true)
  })

  test('quiet: honest income, loss, deposits and redemptions for a hundred blocks', async () => {
    await inUse()
    for (let n = 0; n < 100; n++) {
      await onVault(thief, 'book', (500_000n + BigInt(n) * 20n) * USD)
      if (n % 7 === 0) await onVault(ann, 'deposit', 25_000n * USD, ann)
      if (n % 11 === 0) await onVault(ann, 'withdraw', 12_000n * USD, ann, ann)
      expect(await found()).toEqual([])
    }
  })
})
