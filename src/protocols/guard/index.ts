// Our own Guard as a protocol: its events are the only way our actions come back to us, so cooldown, budget and expiry are chain state.
import { decodeEventLog, decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem'
import type { BlockInput, Call, Hex, Log } from '../../core/flow.ts'
import type { Answers, Protocol } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'

export interface GuardConfig {
  readonly chainId: number
  readonly guard: Hex
  /** Entries that we know the meaning of, with the subjects they may act on. */
  readonly entries: readonly { readonly id: Hex; readonly subjects: readonly Hex[] }[]
}

const GUARD = parseAbi([
  'event EntryRetired(bytes32 indexed entry)',
  'event SignersSet(address[] signers, uint256 k)',
  'event Armed()',
  'event Disarmed(address by)',
  'event Executed(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint8 step, uint256 prior, uint256 applied, uint256 expiresAtS)',
  'event Renewed(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint256 expiresAtS, bool capped)',
  'event LiftBegan(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint256 readyAtS)',
  'event Ended(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint8 how, uint256 value)',
  'event VetoSet(bytes32 indexed entry, bytes32 indexed subject, uint256 untilS)',
  'struct Live { address target; bytes4 selector; bool withSubject; uint8 word; uint8 shift; uint256 mask; }',
  'struct Arg { uint8 kind; uint256 value; Live live; uint8 bound; uint256[] values; }',
  'struct Step { bool isLive; uint256 value; Live live; uint256 mulBps; uint256 divisor; }',
  'struct Entry { address target; bytes4 selector; uint8 class; uint32 expiryS; uint32 hardCapS; uint32 cooldownS; uint16 budget; uint32 budgetWindowS; uint32 minGas; uint8 owned; Live getter; uint8 direction; bool zeroMeansUnlimited; Arg[] args; Step[] steps; }',
  'struct Action { uint32 round; bool active; uint40 episodeStartS; uint40 expiresAtS; uint40 liftReadyAtS; uint40 vetoUntilS; uint128 prior; uint128 applied; }',
  'function entryOf(bytes32 entry) view returns (Entry decoded, bool live, uint40 budgetStartS, uint16 budgetUsed)',
  'function action(bytes32 entry, bytes32 subject) view returns (Action)',
  'function signers() view returns (address[] list, uint256 k)',
  'function armed() view returns (bool)',
  'function windowS() view returns (uint64)',
  'function liftGapS() view returns (uint64)',
])

export function guard(config: GuardConfig): Protocol {
  const address = config.guard.toLowerCase() as Hex
  const call = (data: Hex): Call => ({ to: address, data })
  const calls = {
    armed: call(encodeFunctionData({ abi: GUARD, functionName: 'armed' })),
    signers: call(encodeFunctionData({ abi: GUARD, functionName: 'signers' })),
    windowS: call(encodeFunctionData({ abi: GUARD, functionName: 'windowS' })),
    liftGapS: call(encodeFunctionData({ abi: GUARD, functionName: 'liftGapS' })),
    entries: config.entries.map(({ id }) => call(encodeFunctionData({ abi: GUARD, functionName: 'entryOf', args: [id] }))),
    actions: config.entries.flatMap(({ id, subjects }) =>
      subjects.map((subject) => ({
        id,
        subject,
        call: call(encodeFunctionData({ abi: GUARD, functionName: 'action', args: [id, subject] })),
      })),
    ),
  }

  return {
    id: 'guard',
    watches: () => [{ address }],
    reads(world) {
      if (world.guards.find(address) !== undefined) return []
      return [calls.armed, calls.signers, calls.windowS, calls.liftGapS, ...calls.entries, ...calls.actions.map((a) => a.call)]
    },
    apply(world, block, answers) {
      if (world.guards.find(address) === undefined) bootstrap(world, answers)
      for (const log of block.logs) if (log.address === address) applyLog(world, block, log)
    },
    actions: {},
    steps: () => [],
  }

  function bootstrap(world: World, answers: Answers): void {
    const armed = answers.get(calls.armed)
    if (!armed || armed === '0x') return // not deployed yet: asked again in the next block
    const data = (of: Call) => answers.get(of) ?? '0x'
    const { guards, guardEntries } = world
    const row = guards.rowOf(address)
    guards.columns.chainId.set(row, config.chainId)
    guards.columns.guard.set(row, BigInt(address))
    guards.columns.armed.set(row, decodeFunctionResult({ abi: GUARD, functionName: 'armed', data: armed }) ? 1 : 0)
    guards.columns.windowS.set(row, Number(decodeFunctionResult({ abi: GUARD, functionName: 'windowS', data: data(calls.windowS) })))
    guards.columns.liftGapS.set(row, Number(decodeFunctionResult({ abi: GUARD, functionName: 'liftGapS', data: data(calls.liftGapS) })))
    guards.columns.quorum.set(row, Number(decodeFunctionResult({ abi: GUARD, functionName: 'signers', data: data(calls.signers) })[1]))
    for (const [i, { id }] of config.entries.entries()) {
      const known = answers.get(calls.entries[i] as Call)
      if (!known) continue // the Guard doesn't know it: the decision will not find it live
      const [entry, live] = decodeFunctionResult({ abi: GUARD, functionName: 'entryOf', data: known })
      const e = guardEntries.rowOf(id)
      guardEntries.columns.entry.set(e, BigInt(id))
      guardEntries.columns.guard.set(e, BigInt(address))
      guardEntries.columns.live.set(e, live ? 1 : 0)
      guardEntries.columns.expiryS.set(e, entry.expiryS)
      guardEntries.columns.hardCapS.set(e, entry.hardCapS)
      guardEntries.columns.cooldownS.set(e, entry.cooldownS)
      guardEntries.columns.budget.set(e, entry.budget)
    }
    for (const { id, subject, call } of calls.actions) {
      const known = answers.get(call)
      if (!known) continue
      const state = decodeFunctionResult({ abi: GUARD, functionName: 'action', data: known })
      if (state.round === 0 && state.vetoUntilS === 0) continue
      const row = actionRow(world, id, subject)
      const { columns } = world.guardActions
      columns.round.set(row, state.round)
      columns.active.set(row, state.active ? 1 : 0)
      columns.episodeStartS.set(row, state.episodeStartS)
      columns.expiresAtS.set(row, state.expiresAtS)
      columns.liftReadyAtS.set(row, state.liftReadyAtS)
      columns.vetoUntilS.set(row, state.vetoUntilS)
      columns.prior.set(row, state.prior)
      columns.applied.set(row, state.applied)
    }
  }

  function actionRow(world: World, entry: Hex, subject: Hex): number {
    const row = world.guardActions.rowOf(`${entry}:${subject}`)
    const { columns } = world.guardActions
    columns.guard.set(row, BigInt(address))
    columns.entry.set(row, BigInt(entry))
    columns.subject.set(row, BigInt(subject))
    return row
  }

  function applyLog(world: World, block: BlockInput, log: Log): void {
    const event = decode(log)
    if (!event) return
    const guardRow = world.guards.rowOf(address)
    const { columns } = world.guardActions
    switch (event.eventName) {
      case 'Armed':
        world.guards.columns.armed.set(guardRow, 1)
        return
      case 'Disarmed':
        world.guards.columns.armed.set(guardRow, 0)
        return
      case 'SignersSet':
        world.guards.columns.quorum.set(guardRow, Number(event.args.k))
        return
      case 'EntryRetired': {
        const row = world.guardEntries.find(event.args.entry)
        if (row !== undefined) world.guardEntries.columns.live.set(row, 0)
        return
      }
      case 'Executed': {
        const row = actionRow(world, event.args.entry, event.args.subject)
        const sameEpisode =
          columns.episodeStartS.get(row) > 0 && block.timeS < columns.episodeStartS.get(row) + hardCapS(world, event.args.entry)
        columns.round.set(row, event.args.round + 1)
        columns.active.set(row, 1)
        columns.step.set(row, event.args.step)
        columns.prior.set(row, event.args.prior)
        columns.applied.set(row, event.args.applied)
        if (!sameEpisode) columns.episodeStartS.set(row, block.timeS)
        columns.sinceBlock.set(row, block.number)
        columns.expiresAtS.set(row, Number(event.args.expiresAtS))
        columns.liftReadyAtS.set(row, 0)
        columns.capped.set(row, 0)
        return
      }
      case 'Renewed': {
        const row = actionRow(world, event.args.entry, event.args.subject)
        columns.expiresAtS.set(row, Number(event.args.expiresAtS))
        columns.liftReadyAtS.set(row, 0)
        columns.capped.set(row, event.args.capped ? 1 : 0)
        return
      }
      case 'LiftBegan':
        columns.liftReadyAtS.set(actionRow(world, event.args.entry, event.args.subject), Number(event.args.readyAtS))
        return
      case 'Ended': {
        const row = actionRow(world, event.args.entry, event.args.subject)
        columns.active.set(row, 0)
        columns.liftReadyAtS.set(row, 0)
        return
      }
      case 'VetoSet':
        columns.vetoUntilS.set(actionRow(world, event.args.entry, event.args.subject), Number(event.args.untilS))
        return
    }
  }
}

function hardCapS(world: World, entry: Hex): number {
  const row = world.guardEntries.find(entry)
  return row === undefined ? 0 : world.guardEntries.columns.hardCapS.get(row)
}

/** undefined: not one of the events that change our tables, or not well formed. */
function decode(log: Log) {
  try {
    return decodeEventLog({ abi: GUARD, topics: log.topics as [Hex, ...Hex[]], data: log.data })
  } catch {
    return undefined
  }
}
