//! [`proof::report_json`] for JavaScript, compiled to WebAssembly. `src/lib/features/receipt/verifier.ts` is the other side.
//!
//! The whole interface is three functions and the module's memory: [`input`] makes room for a document and says where, the
//! caller writes it there; [`check`] says where the report is and [`length`] how long. Buffers belong to this module; an
//! address holds until the next call.

use std::cell::RefCell;

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a document of `length` bytes and gives its address. What is too long gets no more room than shows that.
#[expect(unsafe_code, reason = "an exported name; no memory is touched by hand")]
#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *mut u8 {
    INPUT.with_borrow_mut(|input| {
        input.clear();
        input.resize(length.min(proof::DOCUMENT_BYTES_MAX.saturating_add(1)), 0);
        input.as_mut_ptr()
    })
}

/// Checks the document and gives the address of the report, JSON in UTF-8.
#[expect(unsafe_code, reason = "an exported name; no memory is touched by hand")]
#[unsafe(no_mangle)]
pub extern "C" fn check() -> *const u8 {
    let report = INPUT.with_borrow(|input| proof::report_json(input));
    OUTPUT.with_borrow_mut(|output| {
        *output = report;
        output.as_ptr()
    })
}

/// The length of the report in bytes.
#[expect(unsafe_code, reason = "an exported name; no memory is touched by hand")]
#[unsafe(no_mangle)]
pub extern "C" fn length() -> usize {
    OUTPUT.with_borrow(Vec::len)
}
