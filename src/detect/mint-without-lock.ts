// A bridge minted here what nobody locked there: money out of nothing, to be sold before anyone looks.
import { BRIDGE_SIDE, bridgeUnmatched } from '../state/tables.ts'
import { defineDetector } from './define.ts'
import { judgeUnmatched, unmatchedMemory, unmatchedParams } from './unmatched.ts'

export const mintWithoutLock = defineDetector({
  id: 'mint-without-lock',
  title: 'Minted without a lock',
  maturity: 'test',
  threat:
    "A forged proof or a stolen key makes a bridge mint tokens that nothing backs; they are sold, or borrowed against, at the real one's price.",
  catches:
    'A message that minted here, though the other chain, seen at least up to the moment of the mint and a minute waited, has no lock for it; at once if there is one of less: Wormhole 2022-02-02.',
  misses:
    'A chain whose node does not run in this process or lags: nothing is judged by a view older than the mint; arrivals in the first week after that view begins, unless it begins with the bridge; a lock that is itself false; tokens minted past the gateway (`supply-backing`).',
  falsePositives: [
    'a reorg of the other chain that takes a lock back: true while it lasts',
    'a way that is longer than the stated transit',
  ],
  runbook: 'docs/runbooks/mint-without-lock.md',
  source: 'counterpart',
  basis: 'chain',
  on: bridgeUnmatched,
  wake: 'touched',
  subject: 'message',
  holdBlocks: 0,
  pending: false,
  params: unmatchedParams,
  memory: unmatchedMemory,
  check: (row, memory, params) => judgeUnmatched(row, memory, params, { side: BRIDGE_SIDE.mint, here: 'minted', there: 'locked' }),
})
