// Another protocol reads a venue's price or rate while a call of the venue is open: the number is of books that are half written.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { REENTRY, traceCalls } from '../state/tables.ts'
import { defineDetector } from './define.ts'
import { isUsual, selectorText, usualParams } from './usual.ts'

const params = z.strictObject({
  ...usualParams,
  /** Outsiders between the open call and the read, tokens not counted: one is who was called back and reads for itself, which harms nobody. */
  minBetween: z.int().min(1).default(2),
})

export const readOnlyReentrancy = defineDetector({
  id: 'read-only-reentrancy',
  title: 'Rate read while open',
  maturity: 'test',
  threat:
    'In the callback of a withdrawal, shares are burned and the assets are not yet gone, or the other way round; whoever lends at the rate read then is robbed (dForce 2023-02-09, Sentiment 2023-04-04, both by Curve and Balancer pools).',
  catches:
    'A view of price or rate of the venue, read while a call of the venue that may write is open, by a contract that at least one other stranger called, and that does not read there usually.',
  misses:
    'Rates under names that are not known and not in the config; a reader that always reads in such moments; a venue that reads its own half-written rate; a read in another transaction of the same block.',
  falsePositives: [
    'a router that quotes within a callback for the first time',
    'a reader that knows of the moment and refuses by its own check',
  ],
  runbook: 'docs/runbooks/read-only-reentrancy.md',
  source: 'trace',
  basis: 'chain',
  on: traceCalls,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {},
  check(call, _memory, params) {
    if (call.reentry !== REENTRY.read || call.rate === 0 || call.stands === 0 || call.watchedBlocks < params.warmBlocks) return undefined
    if (call.between < params.minBetween || isUsual(call.seenAgeBlocks, call.seenBlocks, params)) return undefined
    return {
      severity: 'high',
      summary: `${addressOf(call.from)} read ${selectorText(call.selector)} while ${selectorText(call.outer)} was open`,
      evidence: {
        txIndex: call.txIndex,
        call: call.call,
        reader: addressOf(call.from),
        to: addressOf(call.to),
        selector: selectorText(call.selector),
        outer: selectorText(call.outer),
        between: call.between,
        ageBlocks: call.seenAgeBlocks,
        seenBlocks: call.seenBlocks,
      },
    }
  },
})
