// Package upload has catalogue files: sending one, repairing it, making it the catalogue.
//
// Start at Handler.Routes in upload.go.
package upload
