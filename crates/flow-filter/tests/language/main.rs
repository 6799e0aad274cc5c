//! The filter language: what filters mean, what is wrong with others, and that the compiled form
//! says what the written one does.

mod agree;
mod cases;
mod errors;
mod random;
mod sample;
