use std::collections::BTreeMap;

use serde::Deserialize;

use super::json::{count, lenient, lenient_list};
use crate::model::Model;

/// The answer of `GET /config/providers`: the providers that can be asked, with their models (wire study, section 9). It
/// holds API keys in clear, so only what is named here is read.
#[derive(Deserialize)]
pub struct WireProviders {
    #[serde(default, deserialize_with = "lenient_list")]
    providers: Vec<WireProvider>,
}

#[derive(Deserialize)]
struct WireProvider {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    models: BTreeMap<String, WireModel>,
}

#[derive(Deserialize, Default)]
struct WireModel {
    #[serde(default, deserialize_with = "lenient")]
    limit: WireLimit,
}

#[derive(Deserialize, Default)]
struct WireLimit {
    #[serde(default, deserialize_with = "count")]
    context: u64,
}

impl From<WireProviders> for Vec<Model> {
    fn from(wire: WireProviders) -> Self {
        let models = wire.providers.into_iter().flat_map(|provider| {
            let of = provider.id;
            provider.models.into_iter().map(move |(id, model)| Model {
                provider: of.clone(),
                id,
                // 0 stands for a model of which nothing is known.
                context: Some(model.limit.context).filter(|context| *context > 0),
            })
        });
        models.collect()
    }
}
