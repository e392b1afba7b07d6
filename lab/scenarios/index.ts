// All scenarios: a new one is one file and one line here.
import { oracleTakeover } from './attacks/oracle-takeover.ts'
import type { LabScenario } from './lab.ts'
import { calmDay } from './quiet/calm-day.ts'
import { oracleTakeoverTwin } from './quiet/oracle-takeover-twin.ts'

export const scenarios: readonly LabScenario[] = [oracleTakeover, oracleTakeoverTwin, calmDay]
