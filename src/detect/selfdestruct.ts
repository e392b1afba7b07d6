// A watched contract ends itself, or a contract on the way to it does: the one loses everything, the other covers its tracks.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { CALL_KIND, traceCalls } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

export const selfdestruct = defineDetector({
  id: 'selfdestruct',
  title: 'Contract that ends itself',
  maturity: 'test',
  threat:
    'A library or implementation that anyone can end takes all that rests on it along (Parity 2017-11-06); attack contracts end themselves when they are done, and may come back with other code at the same address (Tornado Cash governance 2023-05-20).',
  catches:
    'A selfdestruct that stands, by a watched contract, or by a contract that called the venue in the same transaction; once a transaction.',
  misses:
    'Contracts that end themselves in another transaction than the one in which they called the venue; code that is gone by other means, as an empty implementation slot.',
  falsePositives: [
    'one-use wallets and deposit addresses that sweep and end themselves',
    'since Cancun the code stays, unless it was made in the same transaction; the balance goes all the same',
  ],
  runbook: 'docs/runbooks/selfdestruct.md',
  source: 'trace',
  basis: 'chain',
  on: traceCalls,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params: z.strictObject({}),
  memory: { told: ring({ size: 1 }) },
  check(call, { told }, _params, block) {
    if (call.kind !== CALL_KIND.selfdestruct || call.stands === 0) return undefined
    const isWatched = call.fromFamily === 1
    if (!isWatched) {
      const key = block.number * 65_536 + (call.txIndex % 65_536)
      if (told.get(0) === key) return undefined
      told.push(key)
    }
    return {
      severity: isWatched ? 'critical' : 'medium',
      summary: `${addressOf(call.from)} ends itself, ${isWatched ? 'a watched contract' : 'after it called the venue'}; ${addressOf(call.to)} gets what it had`,
      evidence: {
        txIndex: call.txIndex,
        call: call.call,
        contract: addressOf(call.from),
        heir: addressOf(call.to),
        valueWei: call.value,
      },
    }
  },
})
