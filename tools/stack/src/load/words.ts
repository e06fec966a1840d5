/**
 * What loaded cases say: made of these by number, the same each time. The first of each list are the common ones; a
 * word at the end of a list is in few cases of a million.
 */
export const symptoms = (
  'fever|cough|vomiting|rash|abdominal pain|diarrhoea|wheeze|headache|poor feeding|constipation|sore throat|limp|ear pain|' +
  'lethargy|noisy breathing|weight loss|eczema|reflux|faltering growth|urinary frequency|night waking|joint pain|' +
  'palpitations|fainting|bruising|pallor|jaundice|stridor|squint|tics|hair loss|nosebleeds|night sweats|tremor|' +
  'clumsiness|speech delay|early walking difficulty|haematuria|polydipsia|itching|photophobia|dizziness|chest pain|' +
  'back pain|swollen glands|mouth ulcers|nail changes|umbilical discharge|breath holding|soiling|stammer|toe walking|' +
  'snoring|drooling|hoarseness|facial swelling|neck stiffness|double vision|cold hands|leg cramps|staring spells'
).split('|');

export const findings = (
  'well hydrated|chest clear|abdomen soft|no rash on examination|temperature settling|tonsils red|capillary refill two seconds|' +
  'weight on the second centile|mild intercostal recession|tympanic membrane bulging|heart sounds normal|no organomegaly|' +
  'dry skin in the flexures|tender in the right iliac fossa|urine dip clear|blood pressure normal for age|' +
  'soft systolic murmur|reduced hip abduction|cervical nodes palpable|reflexes brisk|gait antalgic|liver edge palpable|' +
  'conjunctivae pale|scalp scaling|petechiae on the shins|spleen tip palpable|clubbing present|fontanelle full|' +
  'strawberry tongue|koilonychia noted|acanthosis at the neck|heliotrope colour of the lids|cafe au lait patches'
).split('|');

export const treatments = (
  'paracetamol|ibuprofen|amoxicillin|salbutamol|emollients|macrogol|omeprazole|oral rehydration|cetirizine|' +
  'hydrocortisone cream|beclometasone|flucloxacillin|trimethoprim|ferrous fumarate|vitamin D|montelukast|nitrofurantoin|' +
  'prednisolone|lactulose|chlorphenamine|clarithromycin|gaviscon|melatonin|propranolol|topiramate|tacrolimus ointment|' +
  'levothyroxine|oxybutynin|desmopressin|carbamazepine|methotrexate|hydroxychloroquine|colchicine|zinc sulphate'
).split('|');

export const questions = (
  'Which investigations would you do in primary care?|Would you refer, or watch for another week?|' +
  'Is treatment needed, and for how long?|Could this be managed at home with a plan for getting worse?|' +
  'Should the dose be changed, and when is review due?|Is a specialist clinic the right place for this?'
).split('|');

export const answers = (
  'Thank you for the clear history. This can stay in primary care for now.|' +
  'Please repeat the bloods in two weeks, with ferritin and coeliac serology.|' +
  'A trial of treatment is reasonable; stop it if there is no change after four weeks.|' +
  'Red flags would be weight loss, nocturnal symptoms or a new limp: send them in then.|' +
  'Please send a picture if it comes back, and the growth chart of the last two years.|' +
  'I would see this child in clinic; advise the family to keep a diary until then.'
).split('|');
