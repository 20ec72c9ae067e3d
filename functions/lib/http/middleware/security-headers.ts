import httpSecurityHeaders from '@middy/http-security-headers';

/** What an API of JSON needs: nothing here is ever a page, so a browser may run, frame or guess nothing of it. */
export const securityHeaders = () =>
  httpSecurityHeaders({
    strictTransportSecurity: { maxAge: 365 * 24 * 60 * 60, includeSubDomains: true, preload: false },
    contentSecurityPolicy: {
      'default-src': "'none'",
      'frame-ancestors': "'none'",
      'base-uri': '',
      'form-action': '',
      'report-to': '',
      'require-trusted-types-for': '',
    },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    dnsPrefetchControl: false,
    downloadOptions: false,
    originAgentCluster: false,
    permissionsPolicy: false,
    permittedCrossDomainPolicies: false,
    reportTo: false,
    reportingEndpoints: false,
  });
