/** Where the operator's page is, after the platform's own address. */
export const pagePath = '/_local/';
