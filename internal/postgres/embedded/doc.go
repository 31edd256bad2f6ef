// Package embedded runs a real PostgreSQL for a program, without one being installed: server
// binaries that are on the machine already, downloaded ones otherwise. It runs on Unix systems.
//
// Start at Start. The server does not hang on the program itself but on a small child, the same
// executable started again, so that
//
//   - the server ends with the program, however that ends: the child stops it when its standard
//     input closes, which the kernel sees to even after a kill -9, and on Linux the kernel kills the
//     server when the child is killed;
//   - a program started as root can have one too: PostgreSQL refuses to run as root, so the child
//     gives up its rights first;
//   - Ctrl-C in a terminal, which goes to a whole group of processes, does not reach it: the
//     program decides in which order things stop.
//
// The program keeps the child running (internal/child), and asks the server again and again whether it
// gives a new connection: whatever is killed or hangs, both are started again at the same address, and
// the server reads its log. A crash of its processes loses nothing that was committed, also when it is
// not Durable: that only matters when the machine crashes.
//
// The program comes in as a role that owns its database and has no other rights: whatever got into the
// program's statements could not read files, run programs or stop the server. Nobody comes in as the superuser;
// folders of earlier versions, where the program was it, are changed at their next start (rights.go).
//
// A program that calls Start calls ChildMain first thing in its main (or TestMain).
//
// The data folder holds
//
//	lock      held by flock while the folder is in use; the process id of the user is in it
//	url       the server's address with its password, readable by the owner only
//	server/   belongs to the user that the server runs as: cluster/ (the data), tmp/
package embedded
