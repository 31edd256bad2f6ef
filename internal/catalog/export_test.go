package catalog

// ByReference is the statement of Service.BySKU.
const ByReference = selectProduct + byReference
