// Shows the API reference in Swagger UI, which sends requests to this server only.
'use strict';

const dark = matchMedia('(prefers-color-scheme: dark)');
const applyTheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', applyTheme);
applyTheme();

SwaggerUIBundle({
  // Relative, as all addresses here: a proxy may serve them below a path of its own.
  url: 'api/v1/openapi.json',
  dom_id: '#reference',
  presets: [SwaggerUIBundle.presets.apis],
  // Otherwise Swagger UI sends the description to its vendor's validator.
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
});
