import { mostScimResources } from '@definitivedx/contracts';

const core = 'urn:ietf:params:scim:schemas:core:2.0';

export const userSchema = `${core}:User`;
export const groupSchema = `${core}:Group`;
export const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const searchSchema = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

const meta = (base: string, resourceType: string, path: string) => ({
  meta: { resourceType, location: `${base}${path}` },
});

/** RFC 7643, section 5. */
export const serviceProviderConfig = (base: string) => ({
  schemas: [`${core}:ServiceProviderConfig`],
  documentationUri: `${new URL(base).origin}/api/docs`,
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: mostScimResources },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'OAuth Bearer Token',
      description: 'An access token with the scope scim, or of an administrator of the organisation.',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: true,
    },
  ],
  ...meta(base, 'ServiceProviderConfig', '/ServiceProviderConfig'),
});

/** RFC 7643, section 6. */
export const resourceTypes = (base: string) => [
  {
    schemas: [`${core}:ResourceType`],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'A member of the organisation.',
    schema: userSchema,
    ...meta(base, 'ResourceType', '/ResourceTypes/User'),
  },
  {
    schemas: [`${core}:ResourceType`],
    id: 'Group',
    name: 'Group',
    endpoint: '/Groups',
    description: 'A panel of the organisation.',
    schema: groupSchema,
    ...meta(base, 'ResourceType', '/ResourceTypes/Group'),
  },
];

interface Options {
  readonly type?: string;
  readonly multiValued?: boolean;
  readonly required?: boolean;
  readonly caseExact?: boolean;
  readonly mutability?: string;
  readonly uniqueness?: string;
  readonly subAttributes?: readonly object[];
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
}

const attribute = (name: string, description: string, options: Options = {}) => ({
  name,
  type: 'string',
  multiValued: false,
  description,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...options,
});

const readOnly = { mutability: 'readOnly' } as const;

/** RFC 7643, section 7: what we keep of each resource, and nothing else. */
export const schemas = (base: string) => [
  {
    schemas: [`${core}:Schema`],
    id: userSchema,
    name: 'User',
    description: 'A member of the organisation.',
    attributes: [
      attribute('userName', 'Names the member within the organisation.', {
        required: true,
        uniqueness: 'server',
      }),
      attribute('displayName', 'What the member is called.'),
      attribute('name', 'The parts of their name.', {
        type: 'complex',
        subAttributes: [
          attribute('formatted', 'The whole name; the same as displayName.'),
          attribute('familyName', 'The family name.'),
          attribute('givenName', 'The given name.'),
        ],
      }),
      attribute('active', 'False ends the place in the organisation, at once.', { type: 'boolean' }),
      attribute('emails', 'The e-mail address; one is kept. The userName counts when it is one.', {
        required: true,
        type: 'complex',
        multiValued: true,
        subAttributes: [
          attribute('value', 'The address.', { required: true }),
          attribute('type', 'Always work.', { canonicalValues: ['work'] }),
          attribute('primary', 'Always true.', { type: 'boolean', ...readOnly }),
        ],
      }),
      attribute('roles', 'What the member may do; clinician when there is none.', {
        type: 'complex',
        multiValued: true,
        subAttributes: [
          attribute('value', 'The role.', {
            required: true,
            canonicalValues: ['clinician', 'specialist', 'organisation-admin', 'programme-lead'],
          }),
        ],
      }),
      attribute('groups', 'The panels the member is in; changed through them.', {
        type: 'complex',
        multiValued: true,
        ...readOnly,
        subAttributes: [
          attribute('value', 'The id of the panel.', { caseExact: true, ...readOnly }),
          attribute('display', 'Its name.', readOnly),
          attribute('type', 'Always direct.', { canonicalValues: ['direct'], ...readOnly }),
          attribute('$ref', 'Its address.', {
            type: 'reference',
            referenceTypes: ['Group'],
            caseExact: true,
            ...readOnly,
          }),
        ],
      }),
    ],
    ...meta(base, 'Schema', `/Schemas/${userSchema}`),
  },
  {
    schemas: [`${core}:Schema`],
    id: groupSchema,
    name: 'Group',
    description: 'A panel of the organisation.',
    attributes: [
      attribute('displayName', 'The name of the panel.', {
        required: true,
        caseExact: true,
        uniqueness: 'server',
      }),
      attribute('members', 'Who is in it: active users of the organisation.', {
        type: 'complex',
        multiValued: true,
        subAttributes: [
          attribute('value', 'The id of the user.', { caseExact: true, mutability: 'immutable' }),
          attribute('type', 'Always User.', { canonicalValues: ['User'], mutability: 'immutable' }),
          attribute('$ref', 'Their address.', {
            type: 'reference',
            referenceTypes: ['User'],
            caseExact: true,
            mutability: 'immutable',
          }),
        ],
      }),
    ],
    ...meta(base, 'Schema', `/Schemas/${groupSchema}`),
  },
];
