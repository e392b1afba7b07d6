// A slot of a watched contract is left changed by a way that never changed its like: whatever the events say, storage cannot lie.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { storageWrites } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { isUsual, selectorText, usualParams } from './usual.ts'

export const unauthorisedWrite = defineDetector({
  id: 'unauthorised-write',
  title: 'Storage written by a new way',
  maturity: 'test',
  threat:
    'Somebody writes what only others should: by an unprotected initialiser, by delegated code, by a function that nobody used (Nomad 2022-08-01, whose zero root was written by initialize; Parity 2017).',
  catches:
    'A variable or a named slot (EIP-1967 and the like) left changed in a transaction with a way into the contract that never, or only for less than agedBlocks, was there when it changed; a mapping changed by no way that is usual for mappings.',
  misses:
    'A bug in a usual function; a slot that was set and set back; storage of a contract that destroys itself in the same transaction; a way that the attacker used agedBlocks before, in seenBlocks blocks; nodes that tell no storage; order of writes.',
  falsePositives: [
    'the first uses of a new function, or of a seldom one such as a yearly setting',
    'two usual functions called in one transaction for the first time',
    'every way, after an upgrade that renames functions',
    'a transaction of which frames were shed, or with so many ways that they were not looked up',
  ],
  runbook: 'docs/runbooks/unauthorised-write.md',
  source: 'trace',
  basis: 'chain',
  on: storageWrites,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params: z.strictObject(usualParams),
  memory: { told: ring({ size: 1 }) },
  check(write, { told }, params, block) {
    if (write.watchedBlocks < params.warmBlocks) return undefined
    const { plain, ways } = write
    const [age, blocks] = plain > 0 ? [write.leastAgeBlocks, write.leastBlocks] : [write.bestAgeBlocks, write.bestBlocks]
    if (isUsual(age, blocks, params)) return undefined
    if (plain === 0) {
      // a mapping is one kind of slot: once a transaction says it
      const key = block.number * 65_536 + (write.txIndex % 65_536)
      if (told.get(0) === key) return undefined
      told.push(key)
    }
    const what = plain === 2 ? 'a slot that rules the contract' : plain === 1 ? `slot ${write.slot}` : 'a mapping'
    return {
      severity: plain === 2 ? 'critical' : plain === 1 ? 'high' : 'medium',
      summary: `${what} of ${addressOf(write.address)} changed by ${selectorText(write.entry)}, ${age === 0 ? 'never seen to do so' : `seen to do so for ${age} blocks`}`,
      evidence: {
        txIndex: write.txIndex,
        address: addressOf(write.address),
        slot: write.slot,
        before: write.before,
        after: write.after,
        writer: write.writer,
        entry: selectorText(write.entry),
        selector: selectorText(write.selector),
        outerTo: addressOf(write.outerTo),
        ways,
        ageBlocks: age,
        seenBlocks: blocks,
      },
    }
  },
})
