// Our own Guard as a protocol: its events are the only way our actions come back to us, so cooldown, budget and expiry are chain state.
// A pool is often older than its Guard: until there is one, each block is asked; what governance adds later is read when it is added.
import type { BlockInput, Call, Hex, Log } from '../../core/flow.ts'
import type { Answers, Protocol } from '../../state/protocol.ts'
import { guardActions, guardEntries, guards } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { ask, eventOf, told } from './abi.ts'
import { writeSigners } from './signers.ts'

export interface GuardConfig {
  readonly chainId: number
  readonly guard: Hex
  /** Entries that we know the meaning of, with the subjects they may act on. */
  readonly entries: readonly { readonly id: Hex; readonly subjects: readonly Hex[] }[]
}

const MOST_U32 = 0xffff_ffff

export function guard(config: GuardConfig): Protocol {
  const address = config.guard.toLowerCase() as Hex
  const armed = ask.view(address, 'armed')
  const views = {
    signers: ask.view(address, 'signers'),
    windowS: ask.view(address, 'windowS'),
    liftGapS: ask.view(address, 'liftGapS'),
  }
  const entries = new Map<Hex, Call>(config.entries.map(({ id }) => [id, ask.entry(address, id)]))
  const actions = config.entries.flatMap(({ id, subjects }) =>
    subjects.map((subject) => ({ id, subject, call: ask.action(address, id, subject) })),
  )

  return {
    id: 'guard',
    writes: [guards, guardEntries, guardActions],
    watches: () => [{ address }],
    reads(world, { logs }, sofar) {
      if (world.guards.find(address) !== undefined) return sofar.missing(logs.flatMap((log) => entryAdded(log) ?? []))
      if (told.armed(sofar.get(armed)) === undefined) return sofar.missing([armed])
      return sofar.missing([...Object.values(views), ...entries.values(), ...actions.map(({ call }) => call)])
    },
    apply(world, block, answers) {
      const row = world.guards.find(address) ?? bootstrap(world, answers)
      if (row === undefined) return // not deployed yet: asked again in the next block
      for (const log of block.logs) if (log.address === address) applyLog(world, row, block, log, answers)
    },
    actions: {},
    steps: () => [],
  }

  /** The call that says what an added entry is, if it is one of ours. */
  function entryAdded(log: Log): Call | undefined {
    const event = log.address === address ? eventOf(log) : undefined
    return event?.eventName === 'EntryAdded' ? entries.get(event.args.entry) : undefined
  }

  /** First sight: all of it, as it is when the block ends. Its row; undefined if there is no Guard. */
  function bootstrap(world: World, answers: Answers): number | undefined {
    const isArmed = told.armed(answers.get(armed))
    const council = told.signers(answers.get(views.signers))
    const windowS = told.seconds(answers.get(views.windowS))
    const liftGapS = told.seconds(answers.get(views.liftGapS))
    if (isArmed === undefined || council === undefined || windowS === undefined || liftGapS === undefined) return undefined
    const { guards } = world
    const row = guards.rowOf(address)
    guards.columns.chainId.set(row, config.chainId)
    guards.columns.guard.set(row, BigInt(address))
    guards.columns.armed.set(row, isArmed ? 1 : 0)
    guards.columns.windowS.set(row, Math.min(windowS, MOST_U32))
    guards.columns.liftGapS.set(row, Math.min(liftGapS, MOST_U32))
    writeSigners(world, row, ...council)
    for (const id of entries.keys()) readEntry(world, id, answers)
    for (const { id, subject, call } of actions) {
      const state = told.action(answers.get(call))
      if (state === undefined || (state.round === 0 && state.vetoUntilS === 0)) continue
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
    return row
  }

  /** Its row; undefined while the Guard doesn't know it: then decisions find no such entry. */
  function readEntry(world: World, id: Hex, answers: Answers): number | undefined {
    const call = entries.get(id)
    const known = call && told.entry(answers.get(call))
    if (!known) return world.guardEntries.find(id)
    const [entry, live] = known
    const { columns } = world.guardEntries
    const row = world.guardEntries.rowOf(id)
    columns.entry.set(row, BigInt(id))
    columns.guard.set(row, BigInt(address))
    columns.live.set(row, live ? 1 : 0)
    columns.expiryS.set(row, entry.expiryS)
    columns.hardCapS.set(row, entry.hardCapS)
    columns.cooldownS.set(row, entry.cooldownS)
    columns.budget.set(row, entry.budget)
    return row
  }

  function actionRow(world: World, entry: Hex, subject: Hex): number {
    const row = world.guardActions.rowOf(`${entry}:${subject}`)
    const { columns } = world.guardActions
    columns.guard.set(row, BigInt(address))
    columns.entry.set(row, BigInt(entry))
    columns.subject.set(row, BigInt(subject))
    return row
  }

  function applyLog(world: World, guardRow: number, block: BlockInput, log: Log, answers: Answers): void {
    const event = eventOf(log)
    if (!event) return
    const { columns } = world.guardActions
    switch (event.eventName) {
      case 'Armed':
        world.guards.columns.armed.set(guardRow, 1)
        return
      case 'Disarmed':
        world.guards.columns.armed.set(guardRow, 0)
        return
      case 'SignersSet':
        writeSigners(world, guardRow, event.args.signers, event.args.k)
        return
      case 'EntryAdded': {
        // new, or one that was retired; what else the block did to it comes after in its logs
        const row = entries.has(event.args.entry) ? readEntry(world, event.args.entry, answers) : undefined
        if (row !== undefined) world.guardEntries.columns.live.set(row, 1)
        return
      }
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
