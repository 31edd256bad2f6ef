// Package job does later what has to be done later: mail, expiry, pictures, cleaning. A job is
// inserted in the transaction that causes it, so it exists if and only if its cause does; River
// then works it, with retries. Start at New; packages bring their own arguments and workers.
package job
