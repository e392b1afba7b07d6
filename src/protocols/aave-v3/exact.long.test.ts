// The same comparison with 200 accounts, for each of the kept seeds and one of your own: SEED=7 npm run test:long,
// or only it: FIREBREAK_TEST_LONG=1 npx vitest run src/protocols/aave-v3/exact.long.test.ts.
import { afterEach, beforeEach, test } from 'vitest'
import { AaveLab } from '../../../test/support/aave-lab.ts'
import { exactRun } from './exact.builders.ts'

const SEEDS = [20_260_601, 4, 1_618, 271_828, ...(process.env['SEED'] === undefined ? [] : [Number(process.env['SEED'])])]

let lab: AaveLab
beforeEach(async () => {
  lab = await AaveLab.start()
}, 60_000)
afterEach(() => lab?.stop())

test.each(SEEDS)(
  '200 accounts, seed %i: all fields of all accounts equal the contract, and every block can be undone',
  {
    timeout: 1_200_000,
  },
  async (seed) => console.log((await exactRun(lab, { seed, people: 200, blocks: 1_000, compareEvery: 5 })).figures),
)
