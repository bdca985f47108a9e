export default {base: '/x/', srcDir: 'docs', rewrites: {}}
