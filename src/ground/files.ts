/** Where the package's own files are: the project's folder, and once built, that of the package. */
export const packageRoot = new URL('../../', import.meta.url);
