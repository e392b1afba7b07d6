// How a block changes a vault: its flows in order, then what its views say when the block ends, and what the one does not explain of the other.
import { MAX_UINT256, toFloat, WAD } from '../../core/exact.ts'
import type { BlockInput, Hex } from '../../core/flow.ts'
import { addressWord, wordAt } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import { VAULT_FLOW } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import type { ColumnOf } from '../../store/table.ts'
import { call } from './abi.ts'
import { decodeVaultLog, type VaultFlow } from './decode.ts'
import type { VaultSpec } from './spec.ts'
import { stateOf, type VaultState } from './state.ts'

/** By the vault's row: flows since the last block whose views answered, for a block in which one of them reverts. */
const waiting = (world: World) =>
  ({
    in: world.store.column('erc4626.in', 'word'),
    out: world.store.column('erc4626.out', 'word'),
    minted: world.store.column('erc4626.minted', 'word'),
    burned: world.store.column('erc4626.burned', 'word'),
  }) as const

/** Under so many units of shares or assets one unit of rounding is more than a basis point. */
const LEAST_TOLD = 10_000n

export function applyVault(world: World, spec: VaultSpec, block: BlockInput, answers: Answers): void {
  const state = stateOf(spec, answers)
  const known = world.vaults.find(spec.vault)
  if (known === undefined) {
    if (state && isOurs(spec, answers)) writeState(world, firstRow(world, spec, block.timeS), spec, state, block.timeS)
    return
  }
  const { columns } = world.vaults
  const assetUsd = usdOf(world, known, spec)
  columns.assetUsd.set(known, assetUsd)
  columns.aumUsd.set(known, toFloat(columns.totalAssets.get(known), spec.assetDecimals) * assetUsd)
  const prices = applyFlows(world, known, spec, block)
  if (state && (prices.length > 0 || differs(world, known, state))) step(world, known, spec, state, prices, block.timeS)
}

/** A vault of another asset than the config says is no vault of ours. */
const isOurs = ({ vault, asset }: VaultSpec, answers: Answers): boolean => wordAt(answers.get(call.asset(vault)), 0) === addressWord(asset)

function firstRow(world: World, spec: VaultSpec, timeS: number): number {
  const { vaults, venues } = world
  const venue = venues.rowOf(spec.vault)
  venues.columns.chainId.set(venue, world.chainId)
  venues.columns.pool.set(venue, addressWord(spec.vault))
  const row = vaults.rowOf(spec.vault)
  const { columns } = vaults
  columns.venue.set(row, venue + 1)
  columns.chainId.set(row, world.chainId)
  columns.vault.set(row, addressWord(spec.vault))
  columns.asset.set(row, addressWord(spec.asset))
  columns.assetDecimals.set(row, spec.assetDecimals)
  columns.shareDecimals.set(row, spec.shareDecimals)
  columns.assetUsd.set(row, usdOf(world, row, spec))
  columns.updatedAtS.set(row, timeS)
  return row
}

function usdOf(world: World, row: number, { feed, assetUsd }: VaultSpec): number {
  const of = feed === undefined ? undefined : world.feeds.find(feed)
  if (of === undefined) return assetUsd
  world.vaults.columns.feed.set(row, of + 1)
  const { price } = world.feeds.at(of)
  return price > 0 ? price : assetUsd
}

/** The prices of its flows, one a flow (0: can't be told). */
function applyFlows(world: World, row: number, spec: VaultSpec, block: BlockInput): readonly number[] {
  const prices: number[] = []
  for (const log of logsOf(block.logs, spec.vault)) {
    const flow = decodeVaultLog(log)
    if (flow) prices.push(applyFlow(world, row, spec, flow, log.txIndex))
  }
  return prices
}

function applyFlow(world: World, row: number, spec: VaultSpec, flow: VaultFlow, txIndex: number): number {
  const { vaults, vaultHolders } = world
  const { owner, assets, shares, kind } = flow
  const holder = holderRow(world, row, spec.vault, owner)
  const since = waiting(world)
  const sums: readonly [ColumnOf<'word'>, number, bigint][] =
    kind === VAULT_FLOW.deposit
      ? [
          [since.in, row, assets],
          [since.minted, row, shares],
          [vaults.columns.paidIn, row, assets],
          [vaults.columns.minted, row, shares],
          [vaultHolders.columns.paidIn, holder, assets],
          [vaultHolders.columns.minted, holder, shares],
        ]
      : [
          [since.out, row, assets],
          [since.burned, row, shares],
          [vaults.columns.paidOut, row, assets],
          [vaults.columns.burned, row, shares],
          [vaultHolders.columns.paidOut, holder, assets],
          [vaultHolders.columns.burned, holder, shares],
        ]
  for (const [column, at, amount] of sums) add(column, at, amount)
  const isTold = assets >= LEAST_TOLD && shares >= LEAST_TOLD
  const price = isTold ? toFloat(assets, spec.assetDecimals) / toFloat(shares, spec.shareDecimals) : 0
  appendFlow(world, row, spec, { kind, holder: holder + 1, txIndex, assets, shares, price })
  return price
}

function holderRow(world: World, vault: number, address: Hex, owner: Hex): number {
  const { vaultHolders } = world
  const row = vaultHolders.rowOf(`${address}:${owner}`)
  vaultHolders.columns.vault.set(row, vault + 1)
  vaultHolders.columns.holder.set(row, addressWord(owner))
  return row
}

interface FlowRow {
  readonly kind: number
  readonly holder: number
  readonly txIndex: number
  readonly assets: bigint
  readonly shares: bigint
  readonly price: number
}

function appendFlow(world: World, row: number, spec: VaultSpec, { kind, holder, txIndex, assets, shares, price }: FlowRow): void {
  const { columns } = world.vaultFlows
  const at = world.vaultFlows.append()
  columns.vault.set(at, row + 1)
  columns.holder.set(at, holder)
  columns.kind.set(at, kind)
  columns.txIndex.set(at, txIndex)
  columns.assets.set(at, assets)
  columns.shares.set(at, shares)
  const { assetUsd, price: opening } = world.vaults.at(row)
  columns.usd.set(at, toFloat(assets, spec.assetDecimals) * assetUsd)
  columns.sharesUsd.set(at, toFloat(shares, spec.shareDecimals) * opening * assetUsd)
  columns.price.set(at, price)
}

/** A sum that no real token can reach stays at the greatest word: hostile amounts must not end the watch. */
function add(column: ColumnOf<'word'>, row: number, amount: bigint): void {
  const sum = column.get(row) + amount
  column.set(row, sum > MAX_UINT256 ? MAX_UINT256 : sum)
}

function differs(world: World, row: number, state: VaultState): boolean {
  const { totalAssets, totalSupply, held, assetsPerShare } = world.vaults.at(row)
  return (
    totalAssets !== state.totalAssets ||
    totalSupply !== state.totalSupply ||
    held !== state.held ||
    assetsPerShare !== state.assetsPerShare ||
    waiting(world).in.get(row) > 0n ||
    waiting(world).out.get(row) > 0n
  )
}

function step(world: World, row: number, spec: VaultSpec, state: VaultState, prices: readonly number[], timeS: number): void {
  const { vaults, vaultSteps } = world
  const before = stateIn(world, row)
  const { price: priceBefore, pricedAtS, assetUsd } = vaults.at(row)
  const since = waiting(world)
  const [paidIn, paidOut, minted, burned] = [since.in, since.out, since.minted, since.burned].map((column) => column.get(row)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  for (const column of [since.in, since.out, since.minted, since.burned]) column.set(row, 0n)
  const gain = state.totalAssets - before.totalAssets - paidIn + paidOut
  const heldMore = state.held - before.held - paidIn + paidOut
  const donated = heldMore < gain ? heldMore : gain
  if (donated > 0n)
    appendFlow(world, row, spec, {
      kind: VAULT_FLOW.donation,
      holder: 0,
      txIndex: 0,
      assets: donated < MAX_UINT256 ? donated : MAX_UINT256,
      shares: 0n,
      price: 0,
    })
  writeState(world, row, spec, state, timeS)
  const priceAfter = vaults.columns.price.get(row)
  const told = prices.filter((price) => price > 0)
  const assets = (amount: bigint): number => toFloat(amount, spec.assetDecimals)
  const shares = (amount: bigint): number => toFloat(amount, spec.shareDecimals)
  const { columns } = vaultSteps
  const at = vaultSteps.append()
  columns.vault.set(at, row + 1)
  columns.priceBefore.set(at, priceBefore)
  columns.priceAfter.set(at, priceAfter)
  columns.lowPrice.set(
    at,
    told.reduce((low, price) => Math.min(low, price), Math.min(priceBefore, priceAfter)),
  )
  columns.highPrice.set(
    at,
    told.reduce((high, price) => Math.max(high, price), Math.max(priceBefore, priceAfter)),
  )
  columns.supplyBefore.set(at, shares(before.totalSupply))
  columns.supplyAfter.set(at, shares(state.totalSupply))
  columns.assetsBefore.set(at, assets(before.totalAssets))
  columns.assetsAfter.set(at, assets(state.totalAssets))
  columns.inAssets.set(at, assets(paidIn))
  columns.outAssets.set(at, assets(paidOut))
  columns.gain.set(at, assets(gain))
  columns.donated.set(at, donated > 0n ? assets(donated) : 0)
  columns.unbackedShares.set(at, shares(state.totalSupply - before.totalSupply - minted + burned))
  columns.assetUsd.set(at, assetUsd)
  columns.unitUsd.set(at, toFloat(1n, spec.shareDecimals) * priceAfter * assetUsd)
  columns.sinceChangeS.set(at, priceAfter !== priceBefore && pricedAtS > 0 ? timeS - pricedAtS : 0)
}

function stateIn(world: World, row: number): VaultState {
  const { totalAssets, totalSupply, held, assetsPerShare } = world.vaults.at(row)
  return { totalAssets, totalSupply, held, assetsPerShare }
}

function writeState(world: World, row: number, spec: VaultSpec, state: VaultState, timeS: number): void {
  const { columns } = world.vaults
  const { totalAssets, totalSupply } = state
  columns.totalAssets.set(row, totalAssets)
  columns.totalSupply.set(row, totalSupply)
  columns.held.set(row, state.held)
  columns.assetsPerShare.set(row, state.assetsPerShare)
  columns.sharePriceE18.set(row, sharePriceE18(spec, state))
  const price = toFloat(state.assetsPerShare, spec.assetDecimals)
  const before = columns.price.get(row)
  if (price !== before) {
    columns.previousPrice.set(row, before)
    if (before > 0) columns.pricedAtS.set(row, timeS) // first sight says nothing of when
  }
  columns.price.set(row, price)
  columns.aumUsd.set(row, toFloat(totalAssets, spec.assetDecimals) * columns.assetUsd.get(row))
  columns.updatedAtS.set(row, timeS)
}

/** Rounded down; more than a word holds stays at the greatest one. */
export function sharePriceE18(
  { assetDecimals, shareDecimals }: Pick<VaultSpec, 'assetDecimals' | 'shareDecimals'>,
  { totalAssets, totalSupply }: Pick<VaultState, 'totalAssets' | 'totalSupply'>,
): bigint {
  if (totalSupply === 0n) return 0n
  const price = (totalAssets * WAD * 10n ** BigInt(shareDecimals)) / (totalSupply * 10n ** BigInt(assetDecimals))
  return price > MAX_UINT256 ? MAX_UINT256 : price
}
