//! Gives back to the system what loading took. The only file of this crate with unsafe code.
//!
//! The kernel's type information is read into some hundred thousand small pieces, about 20 MB.
//! Once they are freed the allocator keeps their pages, for what was allocated later lies above
//! them; the agent's memory would stay twice as large as it has to be.
#![allow(unsafe_code)]

/// Returns free pages of the heap, where the allocator is glibc's.
pub(crate) fn release() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim(3) takes a number of bytes to keep, touches only memory that no
    // allocation holds, and is safe to call from any thread (MT-Safe). With another global
    // allocator it works on a heap that nobody uses.
    unsafe {
        libc::malloc_trim(0);
    }
}
