/** The operations of STS that the emulator can read and answer [P]: the structure of each answer. */
const operations = {
  AssumeRole: { answer: 'AssumeRoleResponse' },
  AssumeRoleWithWebIdentity: { answer: 'AssumeRoleWithWebIdentityResponse' },
  DecodeAuthorizationMessage: { answer: 'DecodeAuthorizationMessageResponse' },
  GetAccessKeyInfo: { answer: 'GetAccessKeyInfoResponse' },
  GetCallerIdentity: { answer: 'GetCallerIdentityResponse' },
  GetSessionToken: { answer: 'GetSessionTokenResponse' },
} as const;

/** What STS's requests and answers are made of [P], each structure once, in the notation of `shapes.ts`. */
const structures = {
  AssumeRoleRequest: {
    RoleArn: 'string required',
    RoleSessionName: 'string required',
    PolicyArns: '[PolicyDescriptorType]',
    Policy: 'string',
    DurationSeconds: 'integer',
    Tags: '[Tag]',
    TransitiveTagKeys: '[string]',
    ExternalId: 'string',
    SerialNumber: 'string',
    TokenCode: 'string',
    SourceIdentity: 'string',
    ProvidedContexts: '[ProvidedContext]',
    MinimumSessionTokenSize: 'integer',
  },
  AssumeRoleResponse: {
    Credentials: 'Credentials',
    AssumedRoleUser: 'AssumedRoleUser',
    PackedPolicySize: 'integer',
    SourceIdentity: 'string',
    SessionTokenUtilization: 'integer',
    SessionTokenSize: 'integer',
  },
  AssumeRoleWithWebIdentityRequest: {
    RoleArn: 'string required',
    RoleSessionName: 'string required',
    WebIdentityToken: 'string required',
    ProviderId: 'string',
    PolicyArns: '[PolicyDescriptorType]',
    Policy: 'string',
    DurationSeconds: 'integer',
    MinimumSessionTokenSize: 'integer',
  },
  AssumeRoleWithWebIdentityResponse: {
    Credentials: 'Credentials',
    SubjectFromWebIdentityToken: 'string',
    AssumedRoleUser: 'AssumedRoleUser',
    PackedPolicySize: 'integer',
    Provider: 'string',
    Audience: 'string',
    SourceIdentity: 'string',
    SessionTokenUtilization: 'integer',
    SessionTokenSize: 'integer',
    TrustedIdentityPropagationContext: 'TrustedIdentityPropagationContext',
  },
  AssumedRoleUser: {
    AssumedRoleId: 'string',
    Arn: 'string',
  },
  Credentials: {
    AccessKeyId: 'string',
    SecretAccessKey: 'string',
    SessionToken: 'string',
    Expiration: 'timestamp',
  },
  DecodeAuthorizationMessageRequest: {
    EncodedMessage: 'string required',
  },
  DecodeAuthorizationMessageResponse: {
    DecodedMessage: 'string',
  },
  GetAccessKeyInfoRequest: {
    AccessKeyId: 'string required',
  },
  GetAccessKeyInfoResponse: {
    Account: 'string',
  },
  GetCallerIdentityRequest: {},
  GetCallerIdentityResponse: {
    UserId: 'string',
    Account: 'string',
    Arn: 'string',
  },
  GetSessionTokenRequest: {
    DurationSeconds: 'integer',
    SerialNumber: 'string',
    TokenCode: 'string',
    MinimumSessionTokenSize: 'integer',
  },
  GetSessionTokenResponse: {
    Credentials: 'Credentials',
    SessionTokenUtilization: 'integer',
    SessionTokenSize: 'integer',
  },
  OriginIdentity: {
    Subject: 'string',
    SubjectType: 'string',
    Issuer: 'string',
    FederatedProviderArn: 'string',
  },
  PolicyDescriptorType: {
    arn: 'string',
  },
  ProvidedContext: {
    ProviderArn: 'string',
    ContextAssertion: 'string',
  },
  Tag: {
    Key: 'string required',
    Value: 'string required',
  },
  TransactionContext: {
    IdentityProvider: '{string:string}',
  },
  TrustedIdentityPropagationContext: {
    OriginIdentity: 'OriginIdentity',
    TransactionContext: 'TransactionContext',
  },
} as const;

export const sts = {
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  operations,
  structures,
  enums: {},
} as const;
