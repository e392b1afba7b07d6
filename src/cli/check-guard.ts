// The Guard against the config: quorum and entries as a node compares them before it arms, its authorities, and the signers' money.

import { toFunctionSelector } from 'viem'
import type { Config } from '../config.ts'
import type { Hex } from '../core/flow.ts'
import { callOf } from '../core/words.ts'
import { ask, told } from '../protocols/guard/abi.ts'
import { guardMismatches } from '../protocols/guard/check.ts'
import { Answers, type Protocol } from '../state/protocol.ts'
import { createWorld } from '../state/world.ts'
import type { Local } from './check-files.ts'
import { type Check, failure, ok, skipped, warning } from './check-list.ts'
import type { WatchedGuard } from './check-watched.ts'
import type { Look } from './look.ts'
import { address, type PoolContracts, readReserves } from './look-aave.ts'
import { holderOf } from './look-holder.ts'

const VIEW = { admin: toFunctionSelector('admin()'), guardian: toFunctionSelector('guardian()') } as const
/** The responder's least gas limit: a node without the money for one at its first bid can send nothing. */
const GAS = 250_000n
const SOME_DOZENS = 24n
/** An adapter asks in at most so many rounds. */
const ROUNDS = 4

export async function checkGuard(
  look: Look,
  config: Config,
  { guard, key }: { readonly guard: WatchedGuard; readonly key: string },
  contracts: PoolContracts,
  signers: Local['signers'],
): Promise<readonly Check[]> {
  const at = guard.address
  const [armedData, liftGapData, adminData, guardianData] = await look.calls([
    ask.view(at, 'armed'),
    ask.view(at, 'liftGapS'),
    callOf(at, VIEW.admin),
    callOf(at, VIEW.guardian),
  ])
  const armed = told.armed(armedData)
  if (armed === undefined)
    return [failure('Guard', `${key}.guard.address ${at} is no Firebreak Guard: armed() does not answer`, 'the address of the Guard')]
  const checks: Check[] = [
    armed
      ? ok('Guard', `${at} is armed`)
      : warning('Guard', `${at} is disarmed: it executes nothing`, 'only its admin (the timelock) can arm it: arm()'),
    ...(await quorumChecks(look, config, at)),
    ...contractChecks(key, guard, contracts),
    ...(await liquidatorChecks(look, key, guard)),
    ...(await assetChecks(look, key, guard, contracts)),
  ]
  const liftGapS = told.seconds(liftGapData)
  if (liftGapS !== undefined && liftGapS >= guard.expiryS)
    checks.push(
      warning(
        'bounds',
        `the Guard's liftGapS ${liftGapS} is not under expiryS ${guard.expiryS}: a lift takes longer than an action`,
        'longer expiryS',
      ),
    )
  checks.push(...(await authorityChecks(look, address(adminData), address(guardianData))))
  checks.push(...(await moneyChecks(look, config, signers)))
  return checks
}

/** Just as an armed node does it at its first live block: the same adapter, the same sentences. */
async function quorumChecks(look: Look, config: Config, guard: Hex): Promise<readonly Check[]> {
  const expected = config.watch.flatMap(({ guards }) => guards).find((one) => one.guard === guard)
  const adapter = config.watch
    .flatMap(({ protocols, guards }) => (guards.some((one) => one.guard === guard) ? protocols : []))
    .find(({ id }) => id === 'guard')
  if (!expected || !adapter) return [skipped('quorum', `the config knows no entries of ${guard}`)]
  const { quorum } = config
  const world = await worldOf(look, adapter)
  const said = guardMismatches(world, { ...expected, ...(quorum ?? { signers: [], k: 0, windowS: 0 }) })
  // without a quorum in the config only its entries can be compared
  const counted = quorum ? said : said.filter((sentence) => !sentence.startsWith('quorum.'))
  const checks = counted.map((sentence) =>
    failure(
      sentence.startsWith('entry') ? 'entries' : 'quorum',
      sentence,
      sentence.startsWith('entry')
        ? 'governance adds it (addEntry), or leave it out of guard.actions; ids hash addresses, assets and times, so all must be equal'
        : 'what the Guard says, or governance changes the Guard (setSigners; the window is for good)',
    ),
  )
  if (checks.length > 0) return checks
  return [ok('Guard', `${quorum ? 'signers, k and window' : 'entries'} as in the config, ${expected.entries.length} entries live`)]
}

async function worldOf(look: Look, adapter: Protocol) {
  const { number, hash, parentHash, timeS } = look.head
  const world = createWorld(look.chainId)
  const block = { chainId: look.chainId, number, hash, parentHash, timeS, logs: [] }
  let answers = new Answers([])
  for (let round = 0; round < ROUNDS; round++) {
    const calls = adapter.reads(world, block, answers)
    if (calls.length === 0) break
    const results = await look.calls(calls)
    answers = new Answers([...answers.all, ...calls.map((call, i) => ({ ...call, result: results[i] ?? null }))])
  }
  adapter.apply(world, { ...block, reads: answers.all }, answers)
  return world
}

function contractChecks(key: string, guard: WatchedGuard, contracts: PoolContracts): readonly Check[] {
  return (['configurator', 'dataProvider'] as const).flatMap((name) => {
    const [ours, theirs] = [guard[name], contracts[name]]
    if (theirs === undefined || ours === theirs) return []
    const about = `${key}.guard.${name} is ${ours}; the pool's addresses provider says ${theirs}`
    return [failure('Guard', about, `${theirs}, if the Guard's entries were made with it`)]
  })
}

async function liquidatorChecks(look: Look, key: string, { liquidator }: WatchedGuard): Promise<readonly Check[]> {
  if (!liquidator || (await look.code(liquidator.address)) !== '0x') return []
  return [failure('Guard', `${key}.guard.liquidator.address ${liquidator.address} has no code`, 'the address of the Liquidator')]
}

async function assetChecks(look: Look, key: string, guard: WatchedGuard, contracts: PoolContracts): Promise<readonly Check[]> {
  const reserves = await readReserves(look, contracts)
  const checks: Check[] = []
  for (const [n, { address: asset, decimals, symbol }] of guard.assets.entries()) {
    const reserve = reserves.find((one) => one.asset === asset)
    if (!reserve)
      checks.push(failure('assets', `${key}.guard.assets.${n} ${symbol} ${asset} is no reserve of the pool`, 'a reserve, or leave it out'))
    else if (reserve.decimals !== decimals)
      checks.push(
        failure(
          'assets',
          `${key}.guard.assets.${n}.decimals of ${symbol} is ${decimals}; the token says ${reserve.decimals}`,
          `${reserve.decimals}`,
        ),
      )
  }
  const left = reserves
    .filter(({ asset }) => !guard.assets.some((one) => one.address === asset))
    .map(({ symbol, asset }) => symbol ?? asset)
  if (left.length > 0)
    checks.push(
      warning(
        'assets',
        `nothing can be done about ${left.join(', ')}: not in ${key}.guard.assets`,
        'governance adds entries for them, if wanted',
      ),
    )
  return checks
}

async function authorityChecks(look: Look, admin: Hex | undefined, guardian: Hex | undefined): Promise<readonly Check[]> {
  const one = async (name: string, at: Hex | undefined, want: string): Promise<Check> => {
    if (!at) return warning(name, `the Guard has no ${name}`, want)
    const { kind, what } = await holderOf(look, at)
    return kind !== 'key' ? ok(name, `${at}, ${what}`) : warning(name, `${at} is ${what}: one key`, want)
  }
  const checks = [
    await one('admin', admin, 'setAdmin(timelock): it may add what the quorum can do'),
    await one('guardian', guardian, 'setGuardian(a Safe whose owners can be reached)'),
  ]
  if (admin && admin === guardian)
    checks.push(warning('guardian', `${admin} is admin and guardian in one: no delay, no second pair of eyes`, 'a timelock and a Safe'))
  return checks
}

async function moneyChecks(look: Look, { fees }: Config, signers: Local['signers']): Promise<readonly Check[]> {
  const one = GAS * BigInt(Math.round(fees.maxFeeGwei * 1e9))
  const checks: Check[] = []
  for (const [id, signer] of signers) {
    const answer = await look.request('eth_getBalance', [signer, 'latest'])
    const wei = typeof answer === 'string' && /^0x[0-9a-f]+$/i.test(answer) ? BigInt(answer) : 0n
    const about = `${signer} has ${ether(wei)} ETH; one action at config.fees.maxFeeGwei costs up to ${ether(one)}`
    if (wei < one) checks.push(failure(`money ${id}`, about, `send it ${ether(SOME_DOZENS * one)} ETH, or lower fees.maxFeeGwei`))
    else if (wei < SOME_DOZENS * one)
      checks.push(warning(`money ${id}`, about, `${ether(SOME_DOZENS * one)} ETH, for some dozens of actions`))
    else checks.push(ok(`money ${id}`, about))
  }
  return checks
}

/** For showing: down, four digits. The wei decide. */
function ether(wei: bigint): string {
  const tenThousandths = wei / 10n ** 14n
  return `${tenThousandths / 10_000n}.${String(tenThousandths % 10_000n).padStart(4, '0')}`.replace(/\.?0+$/, '')
}
