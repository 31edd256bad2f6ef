// Package web is what a page's author works with: a Route says where a page is and who may see it,
// and its handler gets a Request, which knows the reader (language, session, form) and how to answer
// (a page, a redirect with a toast, a file). Handlers return errors; the server turns them into pages.
//
// Start at Route and Request. Strings taken from a Request are copies: they may be kept.
package web
