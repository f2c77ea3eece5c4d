//! Training: checked rows, single updates, and fits of many.

pub mod copies;
pub mod dual;
pub mod fit;
pub mod joining;
pub mod limits;
pub mod memory;
pub mod outlier;
pub mod parting;
pub mod plan;
pub mod rows;
pub mod sessions;
pub mod split;
pub mod trainer;
pub mod variation;
pub mod warm_up;
pub mod weights;
