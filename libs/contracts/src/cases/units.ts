/** How a unit is sent (UCUM, case-sensitive) and how people write it. */
export interface Unit {
  readonly code: string;
  readonly display: string;
}

const written = {
  Cel: '°C',
  '%': '%',
  '1': 'ratio',
  '[pH]': 'pH',
  '/min': 'per minute',
  'mm[Hg]': 'mmHg',
  kPa: 'kPa',
  g: 'g',
  kg: 'kg',
  mg: 'mg',
  mm: 'mm',
  cm: 'cm',
  m: 'm',
  'kg/m2': 'kg/m²',
  mL: 'mL',
  'mL/h': 'mL/h',
  s: 's',
  h: 'h',
  d: 'days',
  'mm/h': 'mm/h',
  'g/L': 'g/L',
  'g/dL': 'g/dL',
  'mg/L': 'mg/L',
  'mg/dL': 'mg/dL',
  'mg/mmol': 'mg/mmol',
  'ug/L': 'µg/L',
  'ng/mL': 'ng/mL',
  'mmol/L': 'mmol/L',
  'umol/L': 'µmol/L',
  'nmol/L': 'nmol/L',
  'pmol/L': 'pmol/L',
  'mmol/mol': 'mmol/mol',
  'mosm/kg': 'mOsm/kg',
  'U/L': 'U/L',
  '[IU]/L': 'IU/L',
  'k[IU]/L': 'kIU/L',
  'm[IU]/L': 'mIU/L',
  '10*9/L': '×10⁹/L',
  '10*12/L': '×10¹²/L',
  '/uL': 'per µL',
  fL: 'fL',
  pg: 'pg',
  'mL/min/{1.73_m2}': 'mL/min/1.73 m²',
} as const;

export type UnitCode = keyof typeof written;

/** Units a result may be given in. */
export const unitCodes = Object.keys(written) as [UnitCode, ...UnitCode[]];

/** The same, with how they are written. */
export const units: readonly Unit[] = unitCodes.map((code) => ({ code, display: written[code] }));

/** A result that is known by name, and the units in which it makes sense. */
export interface KnownResult {
  readonly names: readonly [string, ...string[]];
  readonly units: readonly [UnitCode, ...UnitCode[]];
}

const of = (names: readonly [string, ...string[]], ...units: [UnitCode, ...UnitCode[]]): KnownResult => ({
  names,
  units,
});

/** Results whose unit is checked, since a wrong one would change what they mean. Others may have any known unit. */
export const knownResults: readonly KnownResult[] = [
  of(['CRP', 'C-reactive protein'], 'mg/L', 'mg/dL'),
  of(['ESR'], 'mm/h'),
  of(['Hb', 'Haemoglobin', 'Hemoglobin'], 'g/L', 'g/dL'),
  of(['MCV'], 'fL'),
  of(['WCC', 'WBC', 'White cell count', 'White blood cells'], '10*9/L'),
  of(['Neutrophils', 'Neutrophil count'], '10*9/L'),
  of(['Lymphocytes', 'Lymphocyte count'], '10*9/L'),
  of(['Platelets', 'Platelet count', 'Plt'], '10*9/L'),
  of(['Ferritin'], 'ug/L', 'ng/mL'),
  of(['Bilirubin', 'Total bilirubin', 'Conjugated bilirubin', 'SBR', 'TcB'], 'umol/L', 'mg/dL'),
  of(['ALT', 'AST', 'ALP', 'GGT', 'CK'], 'U/L', '[IU]/L'),
  of(['Albumin'], 'g/L'),
  of(['Glucose', 'Blood glucose', 'Blood sugar'], 'mmol/L', 'mg/dL'),
  of(['HbA1c'], 'mmol/mol', '%'),
  of(['Ketones', 'Blood ketones', 'Lactate'], 'mmol/L'),
  of(['Sodium', 'Na', 'Potassium', 'K', 'Chloride', 'Bicarbonate'], 'mmol/L'),
  of(['Calcium', 'Adjusted calcium', 'Magnesium', 'Phosphate'], 'mmol/L'),
  of(['Urea'], 'mmol/L'),
  of(['Creatinine'], 'umol/L'),
  of(['TSH'], 'm[IU]/L'),
  of(['Free T4', 'fT4'], 'pmol/L'),
  of(['Vitamin D'], 'nmol/L', 'ng/mL'),
  of(['Temperature', 'Temp'], 'Cel'),
  of(['Weight', 'Birth weight'], 'kg', 'g'),
  of(['Height', 'Length', 'Head circumference', 'OFC'], 'cm', 'mm', 'm'),
  of(['BMI'], 'kg/m2'),
  of(['Heart rate', 'HR', 'Pulse', 'Respiratory rate', 'RR'], '/min'),
  of(['SpO2', 'Oxygen saturation', 'Saturations'], '%'),
  of(['Blood pressure', 'BP', 'Systolic blood pressure', 'Diastolic blood pressure'], 'mm[Hg]'),
];

const key = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
const byName: ReadonlyMap<string, KnownResult> = new Map(
  knownResults.flatMap((result) => result.names.map((name) => [key(name), result])),
);

/** The result a name stands for, whatever its capitals, spaces and hyphens; undefined when it is not a known one. */
export const knownResult = (name: string): KnownResult | undefined => byName.get(key(name));

/** Units as a sentence names them: "mg/L or mg/dL", "Cel (°C)". */
export const listedUnits = (codes: readonly UnitCode[]): string =>
  codes.map((code) => (written[code] === code ? code : `${code} (${written[code]})`)).join(' or ');
