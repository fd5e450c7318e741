export const API_GROUP = 'parley.dev';
export const API_VERSION = 'parley.dev/v1alpha1';
