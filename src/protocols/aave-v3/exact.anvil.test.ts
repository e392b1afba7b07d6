// Our health factor equals the contract's: hundreds of random operations on the real Aave v3, all six fields of all accounts compared.
import { afterAll, beforeAll, test } from 'vitest'
import { AaveLab } from '../../../test/support/aave-lab.ts'
import { exactRun } from './exact.builders.ts'

const SEED = Number(process.env['SEED'] ?? 20_260_601)

let lab: AaveLab
beforeAll(async () => {
  lab = await AaveLab.start()
}, 60_000)
afterAll(() => lab?.stop())

test(
  'all six fields of all accounts equal the contract, block after block, and every block can be undone',
  {
    timeout: 180_000,
  },
  async () => console.log(await exactRun(lab, { seed: SEED, people: 30, blocks: 500, compareEvery: 2 })),
)
